"""Checks a description: that it is OpenAPI 3.1, and that each example is what its schema says."""

import json
import sys

from jsonschema_rs import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

document = json.load(sys.stdin)
mistakes = [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()]
checked = 0


def look(value, path):
    """Checks the examples of all that has a schema below this."""
    global checked
    if isinstance(value, dict):
        if isinstance(value.get("schema"), dict):
            # References begin at the document's root.
            schema = {**value["schema"], "components": document["components"]}
            validator = Draft202012Validator(schema, validate_formats=True)
            examples = [example["value"] for example in value.get("examples", {}).values()]
            for example in examples + ([value["example"]] if "example" in value else []):
                checked += 1
                mistakes.extend(f"{path}: {error}" for error in validator.iter_errors(example))
        for name, item in value.items():
            look(item, f"{path}/{name}")
    elif isinstance(value, list):
        for item in value:
            look(item, path)


look(document, "")
print(checked, "examples")
sys.exit("\n".join(mistakes[:10]) or 0)
