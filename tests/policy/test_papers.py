"""The papers of a slots field: gone through as the procedure lists them, however they were given or are kept."""

from __future__ import annotations

from tests.policy.laws import NOUNS, Play, law_of

PAPERS = NOUNS.replace(
    "paid: {zh: 是否付讫",
    "papers: {zh: 资料, type: slots, of: {contract: 合同, plan: 图纸, photo: 照片}}\n      paid: {zh: 是否付讫",
).replace("asks: [fee]", "asks: [fee, papers]")
NOTED = (
    '  - {id: "1", zh: x, for: job, when: {papers.state: waived}, requires: {before: finish, for_each: papers, fields: [note]}}\n'
)


def test_papers_are_asked_for_in_the_order_the_procedure_lists_them_whatever_order_they_are_kept_in() -> None:
    play = Play(law_of(NOTED, PAPERS))
    job = play.open("2026-03-02 09:00")
    job.step = "assigned"

    for given in (["photo", "plan", "contract"], ["plan", "contract", "photo"]):
        ruling = play.act("finish", job, "2026-03-02 09:10", fields={"papers": dict.fromkeys(given, "waived")})

        assert [m for r in ruling.refusals for m in r.missing] == [
            "papers.contract.note",
            "papers.plan.note",
            "papers.photo.note",
        ]
        assert ruling.reads["papers.state"] == ("waived", "waived", "waived")
        states = {"photo": "filled", "plan": "waived", "contract": {"state": "missing", "note": "在途"}}
        ruling = play.act("finish", job, "2026-03-02 09:10", fields={"papers": {k: states[k] for k in given}})
        assert ruling.reads["papers.state"] == ("missing", "waived", "filled")
        assert [m for r in ruling.refusals for m in r.missing] == ["papers.plan.note"]
