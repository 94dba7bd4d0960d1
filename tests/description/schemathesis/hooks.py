"""What schemathesis can't know from the description."""

import os

import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode

# UUIDs that there are, so that not everything is answered with "not found"; half of the time others.
KNOWN = os.environ["CONTACTS_TEST_UUIDS"].split()
schemathesis.openapi.format("uuid", st.sampled_from(KNOWN) | st.uuids().map(str))


def is_positive(case):
    return case.meta is None or case.meta.generation.mode == GenerationMode.POSITIVE


def has(value, so):
    """Whether something in this JSON is so."""
    if isinstance(value, dict):
        return any(has(item, so) for item in value.values())
    if isinstance(value, list):
        return any(has(item, so) for item in value)
    return so(value)


@schemathesis.hook
def filter_case(context, case):
    if is_positive(case):
        # To JSON Schema 10.0 is an integer. The service converts nothing.
        return not has(case.body, lambda value: isinstance(value, float) and value.is_integer())
    if isinstance(case.body, bytes):
        # A body of blanks is none.
        return bool(case.body.strip())
    # Blanks around a text do not count. A schema that said so could not say how long the text may be.
    return not has(case.body, lambda value: isinstance(value, str) and value != value.strip())


@schemathesis.check
def valid_data_is_not_refused(ctx, response, case):
    if case.meta is not None and is_positive(case) and response.status_code == 400:
        assert response.json()["code"] != 1, f"what the description allows was refused: {response.text}"
