"""What the shipped form cites is in the shipped library."""

from __future__ import annotations

from content.forms.general_checklist import form
from content.forms.workbook import workbook
from content.sources import read_catalogues, read_libraries
from webapp.xlsform import FORM_THRESHOLD, parse_xlsform


def test_every_norm_a_rule_of_the_form_names_can_be_read_in_the_library() -> None:
    fields = parse_xlsform(workbook(form()), "general_checklist")
    known = {
        f"{slug}/{article['id']}" for slug, library in read_libraries() for article in library["articles"]
    }
    cited = {rule["norm"] for rule in fields["rules"]} - {
        FORM_THRESHOLD,
        None,
    }  # None: the threshold is the form’s own
    assert cited
    assert cited <= known


def test_the_facility_types_of_the_form_are_in_the_catalogue() -> None:
    fields = parse_xlsform(workbook(form()), "general_checklist")
    assert set(fields["facility_types"]) <= {each["id"] for each in read_catalogues()["facility_types"]}
