"""The blueprint that the views of this feature share."""

from flask import Blueprint
from werkzeug.wrappers import Response

blueprint = Blueprint("admin", __name__, template_folder="templates")
Answer = str | Response | tuple[str, int]
ID = "int(max=2147483647)"  # what the database can hold; anything larger is not found
