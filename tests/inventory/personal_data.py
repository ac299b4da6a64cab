"""Of every table with residents' data: whether it holds persons, who logs its use, and how long it is kept.

Kept: 予防接種法施行規則4条1項 (records of vaccination until five years after death); the rules themselves are
registered by the rooms (:mod:`sesshu.protection.retention.rules`) and are held against this page.
"""

from __future__ import annotations

PERSON_DATA = {
    "addressees.Addressee": (
        "addressee.* on every read and change",
        "while resident, then 5 years after removal",
    ),
    "addressees.AddresseeVersion": ("addressee.* with the person's history", "with the addressee"),
    "addressees.Merge": ("addressee.merge, addressee.unmerge", "with the addressee"),
    "addressees.ProtectiveMeasure": ("addressee.measure and every read of the person", "with the addressee"),
    "ledger.Dose": ("dose.* and every read of the ledger and its lists", "5 years and while resident"),
    "ledger.Screening": ("screening.* and every read of the ledger", "5 years and while resident"),
    "ledger.PersonalCircumstance": (
        "circumstance.* and every read of the ledger",
        "5 years and while resident",
    ),
    "eligibility.DoseVerdict": ("reckoned from the dose; read with it", "with the dose"),
    "eligibility.Standing": ("eligibility.refresh; read with the person", "until the next refresh"),
    "eligibility.Window": ("eligibility.refresh; read by lists that log", "until the next refresh"),
    "eligibility.Stale": ("a note of an id only; gone at the next refresh", "until the next refresh"),
    "eligibility.ExtractionRow": ("targets.extract with the ids", "5 years"),
    "notices.Issue": ("notices.* with the ids", "5 years"),
    "intake.BatchRow": ("results.* of the batch", "1 year after the batch is committed"),
    "retention.ErasureItem": ("retention.list with the ids", "ids only; with the record of the erasure"),
    "retention.ErasureRecord": ("retention.erase with the ids", "ids only; the proof of erasure, for years"),
    "retention.Hold": ("retention.holds with the ids", "ids only; until released, then years"),
    "protection.AuditEvent": ("the log itself; ids only", "5 years, appended and never changed"),
}
NO_PERSON = {
    "addressees.FeedImport": "a file's digest and counts",
    "catalogue.Lot": "products",
    "catalogue.OwnProgramme": "programmes",
    "catalogue.Product": "products",
    "eligibility.Extraction": "conditions and counts; its rows are listed above",
    "eligibility.Refresh": "a generation of standings, no person",
    "intake.Batch": "a file's name and counts; its rows are listed above",
    "jobs.Job": "conditions and counts by contract: no person in a payload or a result",
    "notices.IssueSequence": "a number",
    "notices.PrintRun": "counts of a printing",
    "providers.Doctor": "a doctor in office",
    "providers.Provider": "an institution",
    "reporting.ReportSnapshot": "figures only",
    "terminals.Certificate": "a terminal's certificate",
    "terminals.Sighting": "when a terminal was last used",
    "terminals.Terminal": "a machine; its name may name no member of staff",
    "terminals.TerminalApplication": "a machine, and the staff who asked and decided",
    "retention.ErasureRun": "a rule, counts, who asked and approved",
    "taking_out.Medium": "a medium: numbers, keeper's place",
    "taking_out.MediumEntry": "what happened to a medium, by which account",
    "taking_out.TakingOut": "conditions, counts, who asked and decided; persons only in the sealed file",
}
