"""The blueprint that the views of this feature share."""

from flask import Blueprint
from werkzeug.wrappers import Response

blueprint = Blueprint("admin", __name__, template_folder="templates")
Answer = str | Response | tuple[str, int]
