"""The bare reference: one primary-key query through SQLAlchemy and a 10 KB Jinja page, and nothing else.

It reads the same database with the same connection settings; what our pages cost beyond it is ours.
"""

import os

from flask import Flask, render_template_string
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

import webapp.models  # noqa: F401 - mappers
from webapp.models.people import Organisation

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{ row.name }}</title></head><body><h1>{{ row.legal_name }}</h1>
<table>{% for number in range(100) %}
<tr><th>{{ number }}</th><td>{{ row.name }}</td><td>{{ row.country }}</td><td>A line of plain text in a cell.</td></tr>
{%- endfor %}</table></body></html>"""

app = Flask(__name__)
engine = create_engine(os.environ["DATABASE_URL"])


@app.get("/")
def page() -> str:
    with Session(engine) as session:
        return render_template_string(PAGE, row=session.get_one(Organisation, 1))
