"""The blueprint that the views of this feature share."""

from flask import Blueprint

blueprint = Blueprint("casefile", __name__, template_folder="templates")
