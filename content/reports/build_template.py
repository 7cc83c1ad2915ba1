"""Builds the Word template of visit reports.

Owns how the report looks in Word: styles, header and footer, the order of chapters. What it makes is
an ordinary .docx with docxtpl tags (`{{ name }}`, `{%p if %}`, `{%tr for %}`) that the office opens in
Word, edits and puts back; docs/reports.md lists the names. Knows nothing of the application.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor

FONT = "Arial"  # on every office computer, and it has the Kazakh letters
BRAND = RGBColor(0x0B, 0x55, 0x63)
INK = RGBColor(0x4A, 0x5A, 0x68)
TABLE = "Aigaq Table"

TABLE_STYLE = f"""
<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="AigaqTable">
  <w:name w:val="{TABLE}"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="59"/><w:qFormat/>
  <w:pPr><w:spacing w:before="40" w:after="40" w:line="240" w:lineRule="auto"/></w:pPr>
  <w:tblPr><w:tblBorders>
    <w:top w:val="single" w:sz="4" w:space="0" w:color="B9C3C9"/>
    <w:bottom w:val="single" w:sz="4" w:space="0" w:color="B9C3C9"/>
    <w:insideH w:val="single" w:sz="4" w:space="0" w:color="D9DFE2"/>
  </w:tblBorders><w:tblCellMar>
    <w:left w:w="85" w:type="dxa"/><w:right w:w="85" w:type="dxa"/>
  </w:tblCellMar></w:tblPr>
  <w:tblStylePr w:type="firstRow"><w:rPr><w:b/><w:color w:val="0B5563"/></w:rPr></w:tblStylePr>
</w:style>
"""


def build(path: Path) -> None:
    """Write the template to `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    Template().document.save(buffer)
    path.write_bytes(buffer.getvalue())


@dataclass(frozen=True)
class Column:
    """A table's column: heading, content tag, width in millimetres."""

    heading: str
    tag: str
    width: int


class Template:
    """The template being built."""

    def __init__(self) -> None:
        self.document: Any = Document()
        self.styles()
        self.page()
        self.opening()
        self.findings()
        self.recommendations()
        self.closing()
        self.annexes()

    def styles(self) -> None:
        """One family of styles; the office changes them in Word like any other."""
        styles = self.document.styles
        for name, size, bold, colour, before, after in (
            ("Normal", 11, False, None, 0, 6),
            ("Title", 24, True, BRAND, 0, 2),
            ("Subtitle", 13, False, INK, 0, 12),
            ("Heading 1", 16, True, BRAND, 20, 6),
            ("Heading 2", 13, True, None, 14, 4),
            ("Heading 3", 11, True, BRAND, 10, 3),
            ("List Bullet", 11, False, None, 0, 3),
            ("Caption", 9, False, INK, 2, 12),
            ("Header", 9, False, INK, 0, 0),
            ("Footer", 9, False, INK, 0, 0),
        ):
            style = styles[name]
            _set_font(style, size=size, bold=bold, colour=colour)
            style.paragraph_format.space_before = Pt(before)
            style.paragraph_format.space_after = Pt(after)
        for border in styles["Title"].element.xpath(".//w:pBdr"):
            border.getparent().remove(border)
        detail = styles.add_style("Detail", WD_STYLE_TYPE.PARAGRAPH)
        detail.base_style = styles["Normal"]
        detail.paragraph_format.space_after = Pt(2)
        notice = styles.add_style("Notice", WD_STYLE_TYPE.PARAGRAPH)
        notice.base_style = styles["Normal"]
        notice.font.italic = True
        notice.font.color.rgb = INK
        styles.element.append(parse_xml(TABLE_STYLE))

    def page(self) -> None:
        """A4; the facility above, the page's number below."""
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin, section.right_margin = Mm(25), Mm(20)
        section.top_margin, section.bottom_margin = Mm(22), Mm(20)
        header = section.header.paragraphs[0]
        header.add_run("{{ facility }} · {{ dates }}{% if draft_mark %} · {% endif %}")
        header.add_run("{{ draft_mark }}").bold = True
        footer = section.footer.paragraphs[0]
        footer.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        footer.add_run("{{ subtitle }} · {{ labels.page }} ")
        _add_field(footer, "PAGE")
        footer.add_run(" {{ labels.of }} ")
        _add_field(footer, "NUMPAGES")

    def opening(self) -> None:
        """Title, facts, team, what people wrote, numbers."""
        self.paragraph("{{ title }}", "Title")
        self.paragraph("{{ subtitle }}", "Subtitle")
        self.when("confidential_note", "{{ confidential_note }}", "Notice")
        self.heading("{{ labels.facts }}")
        self.table("fact in facts", [Column("", "{{ fact.label }}", 55), Column("", "{{ fact.value }}", 110)])
        self.heading("{{ labels.team }}")
        self.table(
            "member in team",
            [
                Column("{{ labels.name }}", "{{ member.name }}", 60),
                Column("{{ labels.part }}", "{{ member.part }}", 65),
                Column("", "{{ member.remark }}", 40),
            ],
        )
        self.when("objectives", "{{ objectives }}", heading="{{ labels.objectives }}")
        self.written("summary")
        self.written("context")
        self.heading("{{ labels.numbers }}")
        self.table("row in numbers", [Column("", "{{ row.label }}", 110), Column("", "{{ row.value }}", 55)])
        self.tag("if categories")
        self.heading("{{ labels.by_category }}", 2)
        self.table(
            "row in categories",
            [
                Column("{{ labels.category }}", "{{ row.label }}", 110),
                Column("{{ labels.quantity }}", "{{ row.value }}", 55),
            ],
        )
        self.tag("endif")
        self.when("suppression", "{{ suppression }}", "Notice")

    def findings(self) -> None:
        """Each finding with its evidence and norms."""
        self.heading("{{ labels.findings }}")
        self.when("not findings", "{{ labels.findings_none }}")
        self.tag("for finding in findings")
        self.heading("{{ finding.number }}. {{ finding.title }}", 2)
        self.when("finding.text", "{{ finding.text }}")
        for name in ("theme", "severity", "place", "sources"):
            self.detail(f"finding.{name}", f"labels.{name}")
        self.when("finding.source_warning", "{{ finding.source_warning }}", "Notice")
        self.bullets("norm", "finding.norms", "labels.norms")
        self.bullets("piece", "finding.evidence", "labels.evidence")
        self.bullets("title", "finding.combined", "labels.combined")
        self.tag("endfor")

    def recommendations(self) -> None:
        """Recommendations, what became of earlier ones, what was answered."""
        self.heading("{{ labels.recommendations }}")
        self.when("not recommendations", "{{ labels.recommendations_none }}")
        self.tag("for each in recommendations")
        self.heading("{{ labels.recommendation }} № {{ each.number }}", 2)
        self.paragraph("{{ each.text }}")
        self.detail("each.addressee", "labels.addressee")
        self.detail("each.deadline", "labels.deadline")
        self.detail("each.priority", "labels.priority")
        self.detail("each.findings", "labels.for_findings")
        self.when("each.repeats", "{{ each.repeats }}", "Detail")
        self.tag("endfor")
        self.heading("{{ labels.verification }}")
        self.when("not verifications", "{{ labels.verification_none }}")
        self.tag("if verifications")
        self.table(
            "each in verifications",
            [
                Column("№", "{{ each.number }}", 12),
                Column("{{ labels.recommendation }}", "{{ each.text }}", 60),
                Column("{{ labels.issued }}", "{{ each.issued }}", 28),
                Column(
                    "{{ labels.result }}",
                    "{{ each.result }}{% if each.remark %}. {{ each.remark }}{% endif %}",
                    65,
                ),
            ],
        )
        self.tag("endif")
        self.heading("{{ labels.replies }}")
        self.when("not replies", "{{ labels.replies_none }}")
        self.tag("if replies")
        self.table(
            "each in replies",
            [
                Column("№", "{{ each.number }}", 12),
                Column("{{ labels.reply }}", "{{ each.sender }}, {{ each.date }}: {{ each.text }}", 103),
                Column("{{ labels.claims }}", "{{ each.claims }}", 50),
            ],
        )
        self.tag("endif")

    def closing(self) -> None:
        """Conclusions, dissent, who signed and who approves."""
        self.written("conclusions")
        self.tag("for each in dissents")
        self.heading("{{ labels.dissent }}: {{ each.name }}")
        self.paragraph("{{ each.text }}")
        self.tag("endfor")
        self.heading("{{ labels.signoff }}")
        self.paragraph("{{ signoff.words }}")
        self.detail("signoff.without", "labels.signoff_without")
        self.detail("signoff.reason", "labels.reason")
        self.detail("signoff.delivered", "labels.delivered")
        self.detail("signoff.waiting", "labels.waiting")
        self.bullets("name", "approvals", "labels.approvals")
        self.when("approvals", "{{ labels.approvals_note }}", "Notice")

    def annexes(self) -> None:
        """Flags, answers of forms, photos."""
        self.tag("if flags")
        self.heading("{{ labels.flags }}")
        self.paragraph("{{ labels.flags_note }}", "Notice")
        self.tag("for flag in flags")
        self.paragraph("{{ flag.label }} — {{ flag.norm }}", "List Bullet")
        self.tag("endfor")
        self.tag("endif")
        self.tag("if forms")
        self.heading("{{ labels.answers }}")
        self.tag("for form in forms")
        self.heading("{{ form.title }}", 2)
        self.paragraph("{{ form.author }}. {{ form.state }}.", "Notice")
        self.tag("for group in form.groups")
        self.tag("if group.heading")
        self.heading("{{ group.heading }}", 3)
        self.tag("endif")
        self.table(
            "row in group.answers",
            [
                Column("{{ labels.question }}", "{{ row.question }}", 85),
                Column("{{ labels.answer }}", "{{ row.answer }}", 80),
            ],
        )
        self.tag("endfor")
        self.tag("endfor")
        self.tag("endif")
        self.tag("if photos")
        self.heading("{{ labels.photos }}")
        self.tag("for photo in photos")
        self.when("photo.image", "{{ photo.image }}", keep=True)
        self.when("photo.missing", "{{ photo.missing }}", "Notice", keep=True)
        self.paragraph("{{ photo.caption }}", "Caption")
        self.tag("endfor")
        self.tag("endif")
        self.paragraph("{{ generated }}", "Notice")

    def heading(self, text: str, level: int = 1) -> None:
        """A heading of a real heading style, so that Word's navigation and screen readers find it."""
        self.document.add_heading(text, level)

    def paragraph(self, text: str, style: str = "Normal") -> Any:
        """A paragraph of a style."""
        return self.document.add_paragraph(text, style)

    def tag(self, words: str) -> None:
        """A paragraph that is only a tag: docxtpl takes the whole paragraph away."""
        self.document.add_paragraph(f"{{%p {words} %}}")

    def when(
        self, condition: str, text: str, style: str = "Normal", *, heading: str = "", keep: bool = False
    ) -> None:
        """A paragraph, with a heading if given, only where the condition holds."""
        self.tag(f"if {condition}")
        if heading:
            self.heading(heading)
        paragraph = self.paragraph(text, style)
        paragraph.paragraph_format.keep_with_next = keep or None
        self.tag("endif")

    def written(self, name: str) -> None:
        """A chapter people write; inside the office also the sentence that it is still empty."""
        self.tag(f"if internal or sections.{name}.text")
        self.heading(f"{{{{ sections.{name}.heading }}}}")
        self.when(f"sections.{name}.text", f"{{{{ sections.{name}.text }}}}")
        self.when(f"not sections.{name}.text", "{{ labels.section_empty }}", "Notice")
        self.tag("endif")

    def detail(self, name: str, label: str) -> None:
        """`Label: value`, only where there is a value."""
        self.tag(f"if {name}")
        paragraph = self.paragraph("", "Detail")
        paragraph.add_run(f"{{{{ {label} }}}}: ").bold = True
        paragraph.add_run(f"{{{{ {name} }}}}")
        self.tag("endif")

    def bullets(self, each: str, items: str, label: str) -> None:
        """A labelled list, only where it has items."""
        self.tag(f"if {items}")
        paragraph = self.paragraph("", "Detail")
        paragraph.add_run(f"{{{{ {label} }}}}:").bold = True
        paragraph.paragraph_format.keep_with_next = True
        self.tag(f"for {each} in {items}")
        self.paragraph(f"{{{{ {each} }}}}", "List Bullet")
        self.tag("endfor")
        self.tag("endif")

    def table(self, loop: str, columns: list[Column]) -> None:
        """A table with one row for each of the loop's items; its heading row repeats on every page."""
        headed = any(column.heading for column in columns)
        table = self.document.add_table(rows=0, cols=len(columns), style=TABLE)
        table.autofit = False
        for column, wanted in zip(table.columns, columns, strict=True):
            column.width = Mm(wanted.width)
        if headed:
            self._row(table, columns, [column.heading for column in columns])
            for cell in table.rows[0].cells:  # not every program draws a style's first row
                for run in cell.paragraphs[0].runs:
                    run.font.bold, run.font.color.rgb = True, BRAND
            table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        self._row(table, columns, [f"{{%tr for {loop} %}}"])
        self._row(table, columns, [column.tag for column in columns])
        self._row(table, columns, ["{%tr endfor %}"])
        if not headed:
            # Without a heading row the first row must not be drawn as one.
            look = table._tbl.tblPr.find(qn("w:tblLook"))
            if look is not None:
                look.set(qn("w:firstRow"), "0")
                look.set(qn("w:val"), "0480")
        self.document.add_paragraph("", "Detail")

    def _row(self, table: Any, columns: list[Column], words: list[str]) -> None:
        cells = table.add_row().cells
        for cell, column in zip(cells, columns, strict=True):
            cell.width = Mm(column.width)
        for cell, text in zip(cells, words, strict=False):
            cell.text = text


def _set_font(style: Any, *, size: int, bold: bool, colour: RGBColor | None) -> None:
    style.font.name = FONT
    style.font.size = Pt(size)
    style.font.bold = bold
    style.font.italic = False
    if colour is not None:
        style.font.color.rgb = colour
    elif style.font.color is not None:
        style.font.color.rgb = RGBColor(0x14, 0x20, 0x2B)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)  # a theme's font would win over the one named here
    for name in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{name}"), FONT)


def _add_field(paragraph: Any, code: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


if __name__ == "__main__":
    import sys

    build(Path(sys.argv[1] if len(sys.argv) > 1 else "visit.docx"))
