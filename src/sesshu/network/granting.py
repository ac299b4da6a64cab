"""Writes what was decided: the core's record, the permits of both sides, the provider's into the outbox."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from joserfc.jwk import ECKey

from sesshu.kernel import clock
from sesshu.network import core, core_keys, exchange_codes, outbox
from sesshu.network.choices import Sort
from sesshu.network.core_keys import Master
from sesshu.network.grounds import Ground, Match
from sesshu.network.models import Institution, Record, Reply
from sesshu.network.outbox import Letter
from sesshu.protocol import codes, envelopes, messages
from sesshu.protocol.messages import Permit, PermitRequest
from sesshu.protocol.points import reach
from sesshu.protocol.refusals import Refusal

# A provider whose server is down for a night still gets it; one where a person decides has two weeks.
TAKEN_WITHIN, ANSWERED_WITHIN = timedelta(days=1), timedelta(days=14)
REPLIES = "network_reply"
PROCESSING = re.compile(codes.PROCESSING_NUMBER)


@dataclass(frozen=True, slots=True)
class Granted:
    """The inquirer's permit or the refusal; ``record`` and the provider's copy are yet to be written."""

    digest: bytes
    record: Record
    permit: str | None = None
    copy: Letter | None = None
    refusal: Refusal | None = None


def write(asked: Sequence[tuple[PermitRequest, bytes]], ground: Ground, master: Master) -> dict[str, Granted]:
    """Judge each request and write all of it; by 処理通番."""
    desk = _Desk(ground, master, core_keys.own_key(master), clock.now())
    made = [desk.granted(request, digest) for request, digest in asked]
    records = Record.objects.bulk_create(each.record for each in made)
    reach("network.permits.recorded")
    Reply.objects.bulk_create(_replies(made, records, master))
    outbox.put((each.copy for each in made if each.copy), master)
    return {each.record.processing_number: each for each in made}


@dataclass(frozen=True, slots=True)
class _Desk:
    """What every permit of one message has in common."""

    ground: Ground
    master: Master
    key: ECKey
    at: datetime

    def granted(self, asked: PermitRequest, digest: bytes) -> Granted:
        found = self.ground.judge(asked)
        record = self._record(asked, digest)
        if isinstance(found, Refusal):
            record.refusal = found
            return Granted(digest, record, refusal=found)
        record.permit, record.answer_by = codes.new_permit_id(), self.at + ANSWERED_WITHIN
        record.person_id = found.person
        inquirer, provider = self.ground.inquirer, found.provider
        own = self._permit(asked, found, record.permit, asked.code, inquirer, provider)
        code = exchange_codes.code_of(self.master, provider.code, found.link, found.generation)
        copy = self._permit(asked, found, record.permit, code, provider, inquirer)
        letter = Letter(provider.code, Sort.PERMIT, copy, record.permit, self.at + TAKEN_WITHIN)
        return Granted(digest, record, own, letter)

    def _record(self, asked: PermitRequest, digest: bytes) -> Record:
        inquirer, provider = self.ground.inquirer, self.ground.institutions.get(asked.provider)
        return Record(
            processing_number=asked.processing_number,
            inquirer=inquirer.code,
            inquirer_name=inquirer.name,
            provider=asked.provider,
            provider_name=provider.name if provider else "",
            item=asked.item,
            work=asked.work,
            procedure=asked.procedure,
            information=asked.information,
            starts_on=asked.period.starts_on,
            ends_on=asked.period.ends_on,
            list_version=asked.list_version,
            asked_at=self.at,
            asked=digest,
        )

    def _permit(
        self, asked: PermitRequest, found: Match, jti: str, code: str, own: Institution, other: Institution
    ) -> str:
        """One side's copy, signed: its own 符号, and the way to the other."""
        seconds = int(self.at.timestamp())
        said = Permit(
            jti=jti,
            iss=core.INSTITUTION,
            aud=own.code,
            iat=seconds,
            exp=seconds + int(TAKEN_WITHIN.total_seconds()),
            answer_by=seconds + int(ANSWERED_WITHIN.total_seconds()),
            processing_number=asked.processing_number,
            code=code,
            inquirer=self.ground.inquirer.code,
            provider=found.provider.code,
            item=asked.item,
            work=asked.work,
            procedure=asked.procedure,
            information=asked.information,
            fields=found.row.fields,
            period=asked.period,
            list_version=asked.list_version,
            route=other.address,
        )
        return envelopes.signed(said.model_dump(mode="json"), self.key, typ=messages.PERMIT)


def _replies(made: Sequence[Granted], records: Sequence[Record], master: Master) -> Iterator[Reply]:
    for each, record in zip(made, records, strict=True):
        if each.permit and record.answer_by:
            sealed = master.seal(each.permit, REPLIES, str(record.permit))
            yield Reply(record=record, sealed=sealed, until=record.answer_by)
