"""A year of two counties in outcomes: amounts by hand, the chain behind them, and what the next year takes from it."""

import json
import shutil
from pathlib import Path

import pandas as pd
from tests.cli.command import listing
from tests.runs.year.tiny_year import COMPENSATION, FORESTRY, A, B, Years, annual, fen, money

from silvafisc.quantities import yuan_to_fen
from silvafisc.results import Outcome
from silvafisc.results.outcome import hash_folder
from silvafisc.runs import check_path


def at(chain: Years, name: str) -> Outcome:
    return Outcome.load(chain.made[name])


def test_the_advance_is_the_share_of_the_law(chain: Years) -> None:
    out = at(chain, "advance")
    # A: 1000 mu · 18 + 400 mu · 12 = 22 800; B: 800.5 · 18 + 300.3 · 12 = 18 012.60. 90 % of a general transfer, floored.
    exact = fen(out, "notice_batch", "exact_fen", fund=COMPENSATION)
    assert exact == [20_520_00, 16_211_34]
    # Whole hundreds of yuan: 36 731.34 print 367; A 205.02…, B 161.97…: the last to B.
    assert fen(out, "notice_batch", "printed_fen", fund=COMPENSATION) == [20_500_00, 16_200_00]
    forestry = {code: fen(out, "notice", "amount_fen", fund=FORESTRY, region_code=code)[0] for code in (A, B)}
    assert fen(out, "notice_batch", "exact_fen", fund=FORESTRY) == [forestry[A] * 7 // 10, forestry[B] * 7 // 10]


def test_the_notice_takes_off_what_was_advanced(chain: Years) -> None:
    out = at(chain, "notice")
    ledger = out.tables["year_ledger"]
    mine = ledger[(ledger["region_code"] == B) & (ledger["fund"] == COMPENSATION) & (ledger["batch"] == "1")]
    assert list(zip(mine["item"], mine["amount_fen"], strict=True)) == [("annual", 18_012_60), ("advance", -16_211_34)]
    assert fen(out, "notice_batch", "exact_fen", region_code=B, fund=COMPENSATION, batch="1") == [1_801_26]


def test_supplement_and_withdrawal_speak_of_their_units_alone(chain: Years) -> None:
    out = at(chain, "withdrawal")
    assert fen(out, "notice_batch", "exact_fen", batch="2") == [1_000_55]
    assert fen(out, "notice_batch", "printed_fen", batch="2") == [1_000_00]
    assert fen(out, "notice_batch", "exact_fen", batch="3") == [-500_00]
    assert annual(out, "2026")[B, COMPENSATION] == "17512.60"
    ledger = out.tables["year_ledger"]
    rows = ledger[(ledger["batch"] == "2") & (ledger["item"] == "annual")]
    assert list(rows["document"]) == ["追加文 7 号"]


def test_settlement_clears_the_rounding_and_carry_over_the_rest(chain: Years) -> None:
    out = at(chain, "final")
    received = money(out, "2026")
    for row in out.tables["year_settlement"].to_dict("records"):
        got = yuan_to_fen(received[str(row["region_code"]), str(row["fund"])])
        assert got + int(row["settlement_fen"]) == int(row["settled_fen"])
    # B: 10 000 − 17 512.60 + 12.60 of rounding.
    assert fen(out, "year_settlement", "settlement_fen", region_code=B, fund=COMPENSATION) == [-7_500_00]
    for row in out.tables["year_account"].to_dict("records"):
        parts = [int(row[f"{name}_fen"]) for name in ("spent", "carried_out", "lapsed")]
        assert int(row["carried_in_fen"]) + int(row["received_fen"]) == sum(parts)
        assert parts[2] == 0
    assert fen(out, "year_carry", "carried_out_fen", region_code=B, fund=COMPENSATION) == [7_500_00]


def test_a_negative_settlement_is_taken_off_the_next_year(chain: Years) -> None:
    out = at(chain, "notice-2027")
    # Standards rose by 1 yuan: 800.5 · 19 + 300.3 · 13 = 19 113.40, of which 90 % were advanced: 17 202.06.
    ledger = out.tables["year_ledger"]
    mine = ledger[(ledger["region_code"] == B) & (ledger["fund"] == COMPENSATION) & (ledger["year"] == "2027")]
    items = list(zip(mine["item"], mine["amount_fen"], strict=True))
    assert items == [
        ("annual", 17_202_06),
        ("annual", 19_113_40),
        ("advance", -17_202_06),
        ("settlement", -7_500_00),
        ("offset_out", 5_588_66),
    ]
    origin = dict(zip(mine["item"], mine["origin"], strict=True))
    assert origin["settlement"] == at(chain, "settlement").content_hash
    assert origin["annual"] == at(chain, "new_year").content_hash


def test_standards_go_on_from_last_year_by_the_way_of_adjusting(chain: Years) -> None:
    standards = at(chain, "new_year").tables["standards"]
    shown = standards[standards["category"] != ""]
    assert list(shown["last_year_yuan_per_mu"]) == ["18.00", "12.00"]
    assert list(shown["standard_yuan_per_mu"]) == ["19.00", "13.00"]


def test_acceptance_releases_an_instalment_and_failure_opens_a_recovery(chain: Years) -> None:
    out = at(chain, "new_year")
    register = out.tables["year_commitments"]
    before = register[register["task_year"] == "2026"]
    rows = list(zip(before["region_code"], before["due_year"], before["state"], before["payer_fen"], strict=True))
    # 100 mu · 200 yuan: 14 000 paid and 6 000 due. B passed with 40 %: 60 % of the 14 000 are taken back.
    assert rows == [
        (A, "2026", "paid", 14_000_00),
        (A, "2027", "due", 6_000_00),
        (B, "2026", "paid", 14_000_00),
        (B, "2027", "withheld", 6_000_00),
        (B, "2027", "recovery", 8_400_00),
    ]
    committed = out.tables["allocation"][out.tables["allocation"]["nature"] == "committed"]
    assert list(zip(committed["region_code"], committed["payment_fen"], strict=True)) == [(A, 6_000_00)]
    ledger = at(chain, "notice-2027").tables["year_ledger"]
    taken = ledger[ledger["item"] == "recovery"]
    assert list(zip(taken["region_code"], taken["amount_fen"], strict=True)) == [(B, -8_400_00)]


def test_scores_move_factor_money_and_nothing_of_the_owners(chain: Years) -> None:
    old, new = at(chain, "final"), at(chain, "new_year")

    def factor(out: Outcome, code: str) -> int:
        rows = out.tables["allocation"]
        return int(rows[(rows["nature"] == "factor") & (rows["region_code"] == code)]["payment_fen"].sum())

    assert factor(new, A) > factor(old, A)
    assert factor(new, B) < factor(old, B)
    assert factor(new, A) + factor(new, B) == factor(old, A) + factor(old, B) == 30_000_00
    rows = new.tables["allocation"]
    for code, area in ((A, (10_000, 4_000)), (B, (8_005, 3_003))):
        owners = rows[rows["nature"].isin(["rigid", "top_up"]) & (rows["region_code"] == code)]["payment_fen"].sum()
        assert owners == area[0] * 19_00 // 10 + area[1] * 13_00 // 10


def test_last_year_is_what_was_paid(chain: Years) -> None:
    new = at(chain, "new_year")
    last = new.inputs.last_year
    assert last is not None
    assert list(last[last["fund"] == COMPENSATION]["amount_fen"]) == [18_000_00, 4_800_00, 14_409_00, 3_603_60]
    assert set(last["status"]) == {"assumption"}
    assert last["source"].str.startswith("演示数据").all()


def test_every_outcome_of_the_chain_passes_its_check_and_none_was_touched(chain: Years) -> None:
    assert check_path(chain.folder) == []
    meta = json.loads((chain.folder / "outcome.json").read_text(encoding="utf-8"))
    assert [step["kind"] for step in meta["steps"]] == [
        "run",
        "advance",
        "notice",
        "supplement",
        "withdrawal",
        "monitoring",
        "settlement",
        "carry_over",
        "final",
        "new_year",
        "advance",
    ]
    for folder in chain.made.values():
        own = json.loads((folder / "outcome.json").read_text(encoding="utf-8"))
        assert hash_folder(folder, own) == own["content_hash"]


def test_a_step_hands_on_every_table_of_the_plan_byte_by_byte(chain: Years) -> None:
    first, last = chain.made["run"], chain.made["final"]
    for path in sorted(first.rglob("*.csv")):
        name = path.relative_to(first)
        if not name.name.startswith(("year_", "notice_batch")):
            assert (last / name).read_bytes() == path.read_bytes(), name


def test_the_next_year_may_be_opened_for_its_advance_before_this_one_is_settled(chain: Years, tmp_path: Path) -> None:
    years = Years(tmp_path, copied(chain, tmp_path).parent / chain.made["monitoring"].name)
    passed = [(code, "afforestation", "2027", "survival", "1", "secondary", "验收表") for code in (A, B)]
    money = [(COMPENSATION, "2027", "60000"), (FORESTRY, "2027", "90000")]
    shutil.rmtree(years.folder.parent / chain.made["new_year"].name)
    for name in ("settlement", "carry_over", "final", "advance-2027", "notice-2027"):
        shutil.rmtree(years.folder.parent / chain.made[name].name)
    years.step("new_year", "2027", "2026-12-02", appropriations=money, acceptance=passed)
    years.step("advance", "2027", "2026-12-03", batch="0", shares={COMPENSATION: "general"})
    settled = [
        (A, COMPENSATION, "22800"),
        (B, COMPENSATION, "10000"),
        (A, FORESTRY, "29000"),
        (B, FORESTRY, "29472.35"),
    ]
    years.step("settlement", "2026", "2027-01-10", settled=settled)
    out = years.step("notice", "2027", "2027-03-30", batch="1")
    # As where the year was closed first: 19 113.40 − 17 202.06 − 7 500, lifted to nothing.
    assert fen(out, "notice_batch", "exact_fen", region_code=B, fund=COMPENSATION, year="2027", batch="1") == [0]
    assert check_path(years.folder) == []


def copied(chain: Years, tmp_path: Path) -> Path:
    """The whole chain in another place; its last outcome."""
    shutil.copytree(chain.folder.parent, tmp_path / "outcomes")
    return tmp_path / "outcomes" / chain.folder.name


def test_a_chain_that_is_moved_as_a_whole_stays_sound(chain: Years, tmp_path: Path) -> None:
    assert check_path(copied(chain, tmp_path)) == []


def test_an_altered_step_is_named(chain: Years, tmp_path: Path) -> None:
    last = copied(chain, tmp_path)
    victim = last.parent / chain.made["settlement"].name / "year_settlement.csv"
    victim.write_text(victim.read_text(encoding="utf-8").replace("-750000", "-740000"), encoding="utf-8")
    (finding,) = check_path(last)
    assert finding.where == str(victim.parent)
    assert "settlement 2026" in finding.en
    assert "被改动" in finding.zh


def test_a_missing_step_is_named_with_the_hash_that_is_missed(chain: Years, tmp_path: Path) -> None:
    last = copied(chain, tmp_path)
    gone = last.parent / chain.made["notice"].name
    wanted = Outcome.load(gone).content_hash
    shutil.rmtree(gone)
    (finding,) = check_path(last)
    assert finding.path == "predecessor.folder"
    assert wanted in finding.en
    assert wanted in finding.zh
    assert "notice 2026 1" in finding.en


def test_an_altered_step_with_a_new_hash_is_another_outcome(chain: Years, tmp_path: Path) -> None:
    last = copied(chain, tmp_path)
    victim = last.parent / chain.made["carry_over"].name
    rehashed(victim, "year_carry", "document", "another paper")
    (finding,) = check_path(last)
    assert finding.where == str(victim)
    assert "another outcome" in finding.en


def rehashed(folder: Path, table: str, column: str, value: object, row: int = 0) -> None:
    """One cell changed, and the content hash formed anew: a forger who knows the format."""
    path = folder / f"{table}.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame.loc[row, column] = str(value)
    frame.to_csv(path, index=False, lineterminator="\n")
    meta = json.loads((folder / "outcome.json").read_text(encoding="utf-8"))
    meta["content_hash"] = hash_folder(folder, meta)
    (folder / "outcome.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")


def test_what_a_forger_changes_in_the_last_step_is_found_by_the_second_road(chain: Years, tmp_path: Path) -> None:
    """(table, column, new value, row) -> what must be found, the hash being right each time."""
    planted = [
        ("year_ledger", "amount_fen", 1, 0, "notice_batch"),
        ("notice_batch", "printed_fen", 20_600_00, 0, "printed"),
        ("notice_batch", "rounding_fen", 0, 0, "rounding"),
        ("year_settlement", "settled_fen", 22_801_00, 0, "settlement"),
        ("year_carry", "spent_fen", 1, 0, "spent"),
        ("year_account", "lapsed_fen", 5, 0, "lapsed"),
        ("year_ledger", "origin", "0" * 64, 0, "origin"),
        ("year_ledger", "document", "another paper", 0, "earlier step"),
    ]
    whole = copied(chain, tmp_path)
    for number, (table, column, value, row, said) in enumerate(planted):
        last = Path(shutil.copytree(whole, whole.with_name(f"forged-{number}")))
        rehashed(last, table, column, value, row)
        findings = check_path(last)
        assert findings, (table, column)
        assert any(said in f"{f.where} {f.path} {f.en}" for f in findings), (table, column, findings)
        assert not any(f.path == "content_hash" for f in findings)


def test_nothing_is_ever_overwritten(chain: Years) -> None:
    before = {name: listing(folder) for name, folder in chain.made.items()}
    assert check_path(chain.folder) == []
    assert {name: listing(folder) for name, folder in chain.made.items()} == before
    assert len(set(chain.made.values())) == len(chain.made) == chain.count + 1
