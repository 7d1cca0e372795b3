"""What stands beside the tables that a user fills in: the meaning of every column, and how to fill in and check."""

from silvafisc.economy.figure_checks import CONTROL_TOTALS, GROUP_LIST
from silvafisc.economy.user_tables import schema
from silvafisc.quantities import UNITS
from silvafisc.results import INPUT_TABLES

GUIDE = "说明"
CHECK = "合计核对"
OPTIONS = "选项"
"""Sheets of the workbook that hold no table."""
SIDE_TABLES = (GROUP_LIST, CONTROL_TOTALS)
"""Tables of the form that are no input of an allocation: the others are held against them."""
TITLES = {
    "regions": (
        "单位及其级次、类型、人口、收入、财力（可支配财力填入 own_revenue）",
        "Units, their level, type, people, income and disposable revenue",
    ),
    "areas": (
        "各类别核定面积：文号、图件版本、日期、增减及原因",
        "Certified area of each category: document, map, date, change and reason",
    ),
    "tasks": ("任务需要与实施能力", "Needs and capacities of the task measures"),
    "factors": (
        "因素法各因素值（含绩效得分）及填报、核实单位",
        "Values of the factors with performance scores, who reports and who verifies",
    ),
    "responses": ("机会成本、成本与响应参数", "Opportunity costs, costs and response parameters"),
    "stands": ("乔木林概况", "Arbor stands"),
    "last_year": ("上年下达（可缺）", "Last year's amounts (may be absent)"),
    "land": ("互斥措施共用的地块面积（可缺）", "Land that exclusive measures share (may be absent)"),
    "task_list": ("上级下达的任务清单（可缺）", "Tasks assigned by a higher level (may be absent)"),
    "acceptance": ("往年任务验收结果（可缺）", "Acceptance of tasks of earlier years (may be absent)"),
    "reporting": (
        "指标、面积和需要由谁填报、由谁核实（可缺）",
        "Who reports and verifies indicators, areas and needs (may be absent)",
    ),
    "parcels": ("各地块纳入的补助项目和面积（可缺）", "Parcels under each programme (may be absent)"),
    "delivery": (
        "资金拨付、兑付和配套到位情况（可缺）",
        "What became of the money: spent, paid to owners, matched (may be absent)",
    ),
    "group_list": (
        "分组名单：regions 表 groups 列只能用这里的代号（可缺）",
        "Lists that units may stand on (may be absent)",
    ),
    "control_totals": (
        "合计核对：各表须与批复或汇总数相符（可缺）",
        "Totals that the tables must sum to (may be absent)",
    ),
}
DEMONSTRATION = (
    "演示数据：除单位代码和名称外，本表全部数值由公式生成，不代表任何单位的实际情况；请整表替换，并清空 demo 列。",
    "Demonstration data: apart from codes and names every figure is made by a formula and describes no real unit. Replace"
    " them all and empty the column demo.",
)
STEPS = (
    (
        "一行一个单位（或一个单位的一个类别、措施、因素）；表头、列名和表名不改；列的次序可以调整。",
        "One row per unit (or per unit and category, measure, factor). Keep headers and names of tables; columns may move.",
    ),
    (
        "区划代码按文本填写；没有国标代码的单位（兵团、森工、国有林场等）自编六位代码，上级代码填预算上的上级。",
        "Codes are text. Units without a GB/T 2260 code take any free code of six digits; the parent is the budget level above.",
    ),
    (
        "为零写 0，未知不要填 0；面积单位亩，精确到 0.1 亩；比例填 0 至 1 的小数，不填百分数。",
        "Write 0 where something is zero. Areas are in mu with at most one decimal; shares are between 0 and 1.",
    ),
    (
        "可以：以文本保存的纯数字（1200.5）、是 / 否、空白行、已计算的公式、日期格式的单元格、受保护的工作表。",
        "Accepted: plain digits stored as text, true / false, blank rows, calculated formulas, date cells, protected sheets.",
    ),
    (
        "不可以：千位分隔符、全角数字、合并单元格、隐藏的行列和表、表内合计行、表下附注、错误值、未计算的公式。",
        "Refused: thousands separators, full-width digits, merged cells, hidden rows, columns and sheets, total rows and notes"
        " inside the table, error values, formulas without their result.",
    ),
    (
        "填好后先校验：silvafisc check scenario.yaml；所有问题一次列出，指明表和单元格。再运行：silvafisc run scenario.yaml。",
        "Check first: silvafisc check scenario.yaml names every problem at once with sheet and cell. Then silvafisc run.",
    ),
)
COLUMN_HEADS = ("列 column", "单位 unit", "必填 required", "说明", "meaning")


def meanings(table: str) -> list[tuple[str, str, str, str, str]]:
    """One line per column of a table: name, unit, whether it must be filled, meaning in Chinese and English."""
    lines = []
    for spec in schema(table):
        unit = "" if spec.unit in {"text", "code"} else (UNITS[spec.unit].label_zh or spec.unit)
        allowed = f" ({' / '.join(spec.allowed)})" if spec.allowed else ""
        needed = "key" if spec.key else ("yes" if spec.required and not spec.optional else "")
        lines.append((spec.name, unit, needed, f"{spec.description['zh']}{allowed}", spec.description["en"]))
    return lines


def readme(demonstration: bool) -> str:
    """The guide as Markdown, beside the tables."""
    lines = ["# 输入表 / Input tables", ""]
    if demonstration:
        lines += [f"> **{zh}**\n>\n> **{en}**\n" for zh, en in (DEMONSTRATION,)]
    for zh, en in STEPS:
        lines += [f"- {zh}", f"  {en}"]
    lines += [
        "",
        "全国 31 省可只给部分表，其余用内置数据；其他单位除标明“可缺”的表外各表都要有。",
        "",
        "For the 31 provinces tables may be left out (the shipped ones stand in, whole); for other units every table is",
        "needed that may not be absent.",
    ]
    for table in (*INPUT_TABLES, *SIDE_TABLES):
        zh, en = TITLES[table]
        lines += ["", f"## {table}", "", f"{zh} / {en}", "", "| column | unit | required | 说明 | meaning |"]
        lines += ["|---|---|---|---|---|", *(f"| {' | '.join(cells)} |" for cells in meanings(table))]
    return "\n".join(lines) + "\n"
