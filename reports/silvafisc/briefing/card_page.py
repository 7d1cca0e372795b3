"""Review cards of precision management as one page in each language: conclusions, a section per measure, a card per unit."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from silvafisc.datasets import worst_status
from silvafisc.quantities import UNITS

from .blocks import Block, Briefing, Callout, Card, Note, Paragraph, Runs, Section, Table, Text
from .pages import framed, plain, plain_table
from .words import LANGUAGES, Words, inside
from .writing import write

NATION, CENTRAL, OPTIMISTIC = "000000", "central", "optimistic"
FERTILISING, SKIDDING, SENSORS = MEASURES = ("fertilising", "low_damage_skidding", "sensor_net")
_PRECISION, _GROWTH = "assumptions.carbon.precision.", "assumptions.carbon.trajectories."
_PER_MU = float(1 / UNITS["10k_mu"].factor)
_LAND = {FERTILISING: f"{_GROWTH}fertilising_age_groups", SKIDDING: f"{_GROWTH}felling_age_groups"}
_NUMBERS = (
    "review.effect",
    "review.cost",
    "review.tonnes",
    "review.present",
    "review.per_tonne",
    "review.break_even",
)


def write_cards(
    tables: Mapping[str, pd.DataFrame], told: Mapping[str, str], names: Mapping[str, tuple[str, str]], folder: Path
) -> list[Path]:
    """Write `cards_zh.html` and `cards_en.html`: self-contained, the same bytes for the same tables.

    tables: cards, verdicts, inputs and perhaps plots, as `silvafisc.runs.precision_cards`. told: date, first and last
    year, market, period, low and high price. names: region_code -> (Chinese, English).
    """
    return write([page(tables, told, names, language) for language in LANGUAGES], folder, "cards", ["html"])


def page(
    tables: Mapping[str, pd.DataFrame], told: Mapping[str, str], names: Mapping[str, tuple[str, str]], language: str
) -> Briefing:
    """The page in one language."""
    sheet = _Sheet(tables, told, names, Words(language))
    words = sheet.words
    sections = [
        Section("summary", words("review.summary"), tuple(sheet.summary())),
        *(Section(name, words.name("review_measure", name), tuple(sheet.measure(name))) for name in MEASURES),
        Section("units", words("review.units"), (sheet.note("units_note"), *map(sheet.unit, sheet.codes))),
    ]
    return framed("review", words("review.kind"), sections, tables, told["date"], words)


class _Sheet:
    """The tables and the words of one page: a class, because every block needs all of them."""

    def __init__(
        self,
        tables: Mapping[str, pd.DataFrame],
        told: Mapping[str, str],
        names: Mapping[str, tuple[str, str]],
        words: Words,
    ) -> None:
        self.cards, self.inputs, self.plots = tables["cards"], tables["inputs"], tables.get("plots")
        verdicts = tables["verdicts"]
        keys = zip(verdicts["measure"], verdicts["region_code"], strict=True)
        self.verdicts = dict(zip(keys, zip(verdicts["recommended"], verdicts["reasons"], strict=True), strict=True))
        self.told, self.names, self.words = told, names, words
        self.codes = sorted(set(self.cards["region_code"]) - {NATION})

    def name(self, code: str) -> str:
        """A unit's name in this language."""
        return self.names[code][LANGUAGES.index(self.words.language)]

    def value(self, measure: str, parameter: str) -> str:
        """A parameter that a card rests on, as it stands."""
        rows = self.inputs[(self.inputs["measure"] == measure) & (self.inputs["parameter"] == parameter)]
        return str(rows["value"].iloc[0])

    def percent(self, measure: str, name: str) -> str:
        """A share that a card rests on, in per cent."""
        return f"{float(self.value(measure, _PRECISION + name)) * 100:g}"

    def summary(self) -> list[Block]:
        """What holds for all, the verdicts of the nation, and every unit's central case."""
        words, told = self.words, self.told
        lead = words.runs(
            "review.lead",
            first=told["first"],
            last=told["last"],
            rate=self.value(FERTILISING, f"{_PRECISION}discount_rate"),
            market=words.name("review_market", told["market"]),
            period=told["period"],
            low=told["low"],
            high=told["high"],
        )
        verdicts = []
        for name in MEASURES:
            chosen = sum(self.verdicts[name, code][0] == "yes" for code in self.codes)
            counted = words("review.units_yes", yes=str(chosen), count=str(len(self.codes)))
            mark = " " if words.language == "en" else ""
            verdicts.append((*self.verdict(name, NATION), Text(mark + counted)))
        rows = []
        for row in self.of(NATION):
            if row["case"] == CENTRAL:
                name, evidence, *numbers = self.row(row, "review_measure", "measure")
                land = plain(float(str(row["land_mu"])) * _PER_MU, 0)
                rows.append([name, evidence, land, *numbers])
        texts, numbers = ["review.measure", "review.evidence"], ["review.land", *_NUMBERS]
        table = plain_table(words, "review.table_central", texts, numbers, rows, ["review.recommended"])
        noted = replace(table, note=(Text(words("review.effect_note")),))
        return [Paragraph(lead), Callout("decision", words("review.decision"), tuple(verdicts)), noted]

    def measure(self, name: str) -> list[Block]:
        """What a measure is, its cases and verdict for the nation, what was claimed of it, and all it rests on."""
        words = self.words
        about = words.runs(f"review.about_{name}", **self.land(name))
        blocks: list[Block] = [Paragraph(about)]
        if name == SENSORS:
            blocks += self.sensors()
        else:
            blocks += [self.cases(NATION, name), Paragraph(self.verdict(name, NATION))]
            blocks.append(self.note(f"note_{name}", name))
        claims = {
            FERTILISING: {
                "gain": "fertilising_gain_optimistic",
                "saved": "fertilising_nitrogen_saved",
            },
            SKIDDING: {"low": "skidding_low_damage_optimistic"},
            SENSORS: {},
        }[name]
        said = {key: self.percent(name, parameter) for key, parameter in claims.items()}
        blocks.append(Paragraph(words.runs(f"review.claims_{name}", **said)))
        return [*blocks, self.sources(name)]

    def note(self, text: str, measure: str | None = None) -> Note:
        """A text that says the worst status of a measure's cards, or of all."""
        rows = self.cards if measure is None else self.cards[self.cards["measure"] == measure]
        status = worst_status(*set(rows["status"]))
        return Note(self.words.runs(f"review.{text}", status=self.words.name("status", status)))

    def sensors(self) -> list[Block]:
        """What a net costs, what the same money in plots narrows, and why there is no price."""
        words = self.words
        row = next(row for row in self.of(NATION) if row["measure"] == SENSORS)
        cost, mu = plain(row["cost_yuan_per_mu"], 2), plain(row["mu_per_plot"], 0)
        value = Paragraph(words.runs("review.sensor_value", cost=cost, mu=mu))
        if self.plots is None:
            return [value, Note(words.runs("review.no_plots"))]
        rows = [
            [
                self.name(str(one["region_code"])),
                plain(one["money_yuan"], 0),
                plain(one["plots_bought"], 0),
                plain(100 * one["half_width"], 1),
                plain(100 * one["half_width_with_plots"], 1),
            ]
            for one in self.plots.to_dict("records")
        ]
        numbers = ["review.money", "review.plots", "review.before", "review.after"]
        return [value, plain_table(words, "review.table_plots", ["terms.unit"], numbers, rows)]

    def unit(self, code: str) -> Card:
        """The card of a unit: its verdicts with their reasons, and every case of every measure."""
        words = self.words
        chosen = [
            inside(words.name("review_measure", name)) for name in MEASURES if self.verdicts[name, code][0] == "yes"
        ]
        listed = "".join(run.text for run in words.join(chosen))
        summary = words.runs("review.card_some", measures=listed) if chosen else words.runs("review.card_none")
        blocks: list[Block] = [self.cases(code), *(Paragraph(self.verdict(name, code)) for name in MEASURES)]
        title = words("review.card", unit=self.name(code), code=code)
        return Card(f"unit-{code}", title, summary, tuple(blocks))

    def verdict(self, measure: str, code: str) -> Runs:
        """A verdict with its reasons in words."""
        words = self.words
        chosen, reasons = self.verdicts[measure, code]
        row = next(row for row in self.of(code) if row["measure"] == measure and row["case"] == CENTRAL)
        high = float(self.told["high"])
        told = {
            "price": plain(row["break_even_yuan_per_tco2e"], 0),
            "low": self.told["low"],
            "high": self.told["high"],
            "value": plain(high * float(str(row["present_tco2e_per_mu"])), 0),
            "cost": plain(row["cost_yuan_per_mu"], 0),
        }
        used = {
            "pays_at_low_price": ("price", "low"),
            "pays_only_at_high_price": ("price", "high"),
            "too_dear": ("price", "high", "value", "cost"),
        }
        said = [
            words(f"review.reason_{reason}", **{name: told[name] for name in used.get(reason, ())})
            for reason in reasons.split(";")
        ]
        return words.runs(
            "review.verdict",
            measure=words.name("review_measure", measure),
            verdict=self.recommended(chosen),
            reasons=(" " if words.language == "en" else "").join(said),
        )

    def recommended(self, chosen: str) -> str:
        return self.words("review.chosen" if chosen == "yes" else "review.refused")

    def cases(self, code: str, measure: str | None = None) -> Table:
        """Every case of a unit, of one measure or of all."""
        if measure is not None:
            rows = [self.row(row, "review_case", "case") for row in self.of(code) if row["measure"] == measure]
            return plain_table(
                self.words, "review.table_nation", ["review.case", "review.evidence"], _NUMBERS, [r[:-1] for r in rows]
            )
        rows = [
            [self.words.name("review_measure", str(row["measure"])), *self.row(row, "review_case", "case")[:-1]]
            for row in self.of(code)
        ]
        texts = ["review.measure", "review.case", "review.evidence"]
        return plain_table(self.words, "review.table_unit", texts, _NUMBERS, rows)

    def row(self, row: Mapping[Hashable, object], group: str, column: str) -> list[str]:
        """Name, evidence, numbers and verdict of a row of cards."""
        words = self.words
        return [
            words.name(group, str(row[column])),
            words.name("review_grade", str(row["evidence"])),
            plain(100 * float(str(row["effect"])), 1),
            plain(row["cost_yuan_per_mu"], 2),
            plain(row["tonnes_tco2e_per_mu"], 3),
            plain(row["present_tco2e_per_mu"], 3),
            plain(row["yuan_per_tco2e"], 0),
            plain(row["break_even_yuan_per_tco2e"], 0),
            self.recommended(self.verdicts[str(row["measure"]), str(row["region_code"])][0]),
        ]

    def of(self, code: str) -> list[dict[Hashable, object]]:
        """The rows of a unit, by measure and case."""
        return self.cards[self.cards["region_code"] == code].to_dict("records")

    def shown(self, parameter: str, value: str) -> str:
        """A parameter's value with every id in words."""
        words = self.words
        if parameter.endswith("_evidence"):
            pairs = [pair.partition("=") for pair in value.split(";")]
            mark = "：" if words.language == "zh" else ": "
            parts = [
                words.name("review_case", case) + mark + words.name("review_grade", grade) for case, _, grade in pairs
            ]
        elif parameter.endswith("_age_groups"):
            parts = [words.name("age_group", group) for group in value.split(";")]
        elif parameter.endswith(".price_market"):
            parts = [words.name("review_market", value)]
        else:
            return value
        return "".join(run.text for run in words.join(parts))

    def land(self, measure: str) -> dict[str, str]:
        """The age groups that a measure is meant for, in words."""
        if measure not in _LAND:
            return {}
        return {"land": self.shown(_LAND[measure], self.value(measure, _LAND[measure]))}

    def sources(self, measure: str) -> Table:
        """Everything that a card rests on, with its source and status."""
        words = self.words
        rows = []
        for one in self.inputs[self.inputs["measure"] == measure].to_dict("records"):
            value = self.shown(str(one["parameter"]), str(one["value"]))
            rows.append(
                [
                    str(one[f"name_{words.language}"]),
                    words("review.changed", value=value) if one["changed"] else value,
                    words.name("unit", str(one["unit"])) if one["unit"] not in ("text", "1") else "",
                    words.name("status", str(one["status"])),
                    words.own(str(one["reference"])),
                ]
            )
        texts = ["review.item", "review.value", "review.unit", "review.status", "review.source"]
        return plain_table(words, "review.table_inputs", texts, [], rows)
