"""The Word templates that the product ships. `python -m contract_templates.authoring` writes them again."""
