"""The address space of applying; the modules with views hang theirs on it."""

from flask import Blueprint

blueprint = Blueprint("applications", __name__, template_folder="templates")
