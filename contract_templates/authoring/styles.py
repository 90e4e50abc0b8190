"""The look of every document: styles, numbering and settings as Word's own XML, small and complete."""

from __future__ import annotations

from dataclasses import dataclass

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
INK, DEEP, RULE, TINT = "1B1F24", "1F4E5F", "B8C2C8", "E8EFF1"
FONT = "Arial"
BODY = 10.0  # points of running text, unless a document asks for another


@dataclass(frozen=True)
class Style:
    """A paragraph style. Sizes in points, indents in centimetres."""

    name: str
    size: float = BODY
    bold: bool = False
    colour: str = INK
    before: float = 0
    after: float = 4
    base: str = "Normal"
    keep: bool = False  # with the next paragraph
    outline: int | None = None
    number: tuple[int, int] | None = None  # numbering list and level; list 0: none
    align: str = ""
    left: float = 0
    hanging: float = 0
    tabs: tuple[tuple[str, float, str], ...] = ()  # kind, position, leader
    following: str = ""


STYLES = (
    Style("Title", 19, True, DEEP, 0, 2, keep=True),
    Style("Subtitle", 11.5, False, INK, 0, 8, keep=True),
    Style("heading 1", 11.5, True, DEEP, 13, 4, keep=True, outline=0, number=(1, 0), following="Clause"),
    Style("heading 2", 10.5, True, DEEP, 9, 3, keep=True, outline=1, following="Body"),
    Style("Plain Heading", 12.5, True, DEEP, 12, 4, base="heading 1", keep=True, outline=0, number=(0, 0)),
    Style("heading 1 second", 11.5, True, DEEP, 1, 4, base="heading 1", keep=True, outline=0, number=(4, 0),
          following="Clause"),  # the same heading in the second language, counted beside the first
    Style("Annex", 13.5, True, DEEP, 20, 6, base="heading 1", keep=True, outline=0, number=(2, 0)),
    Style("Clause", before=4, after=2, number=(1, 1)),
    Style("Item", before=1, after=2, number=(1, 2)),
    Style("Clause Second", before=4, after=2, base="Clause", number=(4, 1)),
    Style("Item Second", before=1, after=2, base="Item", number=(4, 2)),
    Style("Bullet", before=1, after=2, number=(3, 0)),
    Style("Body", before=4),
    Style("Note", 9, False, INK, 4, 6),
    Style("Banner", 9.5, True, "8A2B0E", 0, 6),
    Style("Contents", 9.5, after=1, tabs=(("right", 16.6, ""),)),
    Style("Table Head", 9, True, DEEP, 2, 2, keep=True),
    Style("Table Head Number", 9, True, DEEP, 2, 2, keep=True, align="right"),
    Style("Table Text", 9, before=2, after=2),
    Style("Table Number", 9, before=2, after=2, align="right"),
    Style("Table Total", 9, True, before=2, after=2),
    Style("Table Total Number", 9, True, before=2, after=2, align="right"),
    Style("Sign", 9, before=3, after=1, keep=True),
    Style("Sign Line", 9, before=13, after=2, keep=True, tabs=(("left", 2.0, ""), ("right", 7.3, "underscore"))),
    Style("Address", after=0),
    Style("Letter Line", before=14, after=0),
    Style("Letter Title", 15, True, DEEP, 18, 6, base="heading 1", keep=True, outline=0, number=(0, 0)),
    Style("Sign Off", before=12, after=34, keep=True),
    Style("Signature Name", bold=True),
    Style("header", 8.5, colour="4A5560", after=0, tabs=(("right", 16.6, ""),)),
    Style("footer", 8.5, colour="4A5560", after=0, tabs=(("right", 16.6, ""),)),
)


def twips(centimetres: float) -> int:
    return round(centimetres * 567)


def style_id(name: str) -> str:
    return name.title().replace(" ", "")


def styles_xml(body: float, air: float, tag: str) -> str:
    """styles.xml: language, font and the styles above; none of Word's hundred others.

    `body` is the size of running text in points, `air` the part of the usual space between paragraphs.
    """
    size = round(body * 2)
    line = round(215 + 44 * air)
    return (f'<w:styles {W}><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" '
            f'w:cs="{FONT}" w:eastAsia="{FONT}"/><w:color w:val="{INK}"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
            f'<w:lang w:val="{tag}" w:eastAsia="{tag}" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
            f'<w:pPrDefault><w:pPr><w:spacing w:after="80" w:line="{line}" w:lineRule="auto"/></w:pPr></w:pPrDefault>'
            '</w:docDefaults>'
            '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
            '</w:style>'
            '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
            '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
            + "".join(_style(style, body, air) for style in STYLES) + _table_style() + "</w:styles>")


def _style(style: Style, body: float, air: float) -> str:
    size = round((body if style.size == BODY else style.size) * 2)
    numbered = ""
    if style.number:
        numbered = f'<w:numPr><w:ilvl w:val="{style.number[1]}"/><w:numId w:val="{style.number[0]}"/></w:numPr>'
    tabs = "".join(f'<w:tab w:val="{kind}" w:leader="{leader or "none"}" w:pos="{twips(position)}"/>'
                   for kind, position, leader in style.tabs)
    paragraph = (("<w:keepNext/>" if style.keep else "")
                 + '<w:widowControl/>' + numbered + (f"<w:tabs>{tabs}</w:tabs>" if tabs else "")
                 + f'<w:spacing w:before="{round(style.before * 20 * air)}" w:after="{round(style.after * 20 * air)}"/>'
                 + (f'<w:jc w:val="{style.align}"/>' if style.align else "")
                 + (f'<w:outlineLvl w:val="{style.outline}"/>' if style.outline is not None else ""))
    run = (("<w:b/><w:bCs/>" if style.bold else "") + f'<w:color w:val="{style.colour}"/>'
           f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>')
    following = f'<w:next w:val="{style_id(style.following)}"/>' if style.following else ""
    return (f'<w:style w:type="paragraph" w:styleId="{style_id(style.name)}"><w:name w:val="{style.name}"/>'
            f'<w:basedOn w:val="{style_id(style.base)}"/>{following}<w:qFormat/>'
            f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>")


def _table_style() -> str:
    rule = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{RULE}"/>'
                   for side in ("top", "bottom", "insideH"))
    return ('<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
            '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:left w:w="85" w:type="dxa"/>'
            '<w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
            '<w:style w:type="table" w:styleId="JumelageTable"><w:name w:val="Jumelage Table"/>'
            f'<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>{rule}</w:tblBorders></w:tblPr>'
            f'<w:tblStylePr w:type="firstRow"><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="{TINT}"/></w:tcPr>'
            "</w:tblStylePr></w:style>")


def numbering_xml(section_format: str, hanging: float) -> str:
    """numbering.xml: list 1 sections and clauses ("Article %1" or "%1."), list 2 annexes, list 3 bullets,
    list 4 the second column."""
    clauses = _clauses(section_format, hanging, "")
    annexes = _level(0, "upperRoman", "Annex %1", "Annex", 3.0, 3.0)
    bullets = _level(0, "bullet", "•", "Bullet", 0.6, 0.6)
    second = _clauses(section_format, hanging, "Second")
    kinds = (clauses, annexes, bullets, second)
    lists = "".join(f'<w:abstractNum w:abstractNumId="{index}"><w:multiLevelType w:val="multilevel"/>{levels}'
                    "</w:abstractNum>" for index, levels in enumerate(kinds, 1))
    uses = "".join(f'<w:num w:numId="{index}"><w:abstractNumId w:val="{index}"/></w:num>'
                   for index in range(1, len(kinds) + 1))
    return f"<w:numbering {W}>{lists}{uses}</w:numbering>"


def _clauses(section_format: str, hanging: float, column: str) -> str:
    """Sections, clauses and items; the second column counts for itself, and so arrives at the same numbers."""
    clause = min(hanging, 1.1)
    return (_level(0, "decimal", section_format, f"Heading1{column}", hanging, hanging)
            + _level(1, "decimal", "%1.%2", f"Clause{column}", clause, clause)
            + _level(2, "lowerLetter", "(%3)", f"Item{column}", clause + 0.7, 0.7))


def _level(level: int, kind: str, text: str, style: str, left: float, hanging: float) -> str:
    return (f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:pStyle w:val="{style}"/>'
            f'<w:suff w:val="tab"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/><w:pPr><w:tabs>'
            f'<w:tab w:val="num" w:pos="{twips(left)}"/></w:tabs>'
            f'<w:ind w:left="{twips(left)}" w:hanging="{twips(hanging)}"/></w:pPr></w:lvl>')


def settings_xml(tag: str) -> str:
    """settings.xml: today's Word, no compatibility mode, the language of the text."""
    point, separator = (".", ",") if tag == "en-GB" else (",", ";")
    return (f'<w:settings {W}><w:zoom w:percent="100"/><w:defaultTabStop w:val="567"/><w:compat>'
            '<w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/>'
            f'</w:compat><w:themeFontLang w:val="{tag}"/><w:decimalSymbol w:val="{point}"/>'
            f'<w:listSeparator w:val="{separator}"/></w:settings>')
