"""The blueprint, apart from its routes so that several files can add to it."""

from flask import Blueprint

Answer = str | tuple[str, int]
blueprint = Blueprint("batches", __name__, template_folder="templates")
