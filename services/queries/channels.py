"""The shops: whose id orders and imports name, and whose code the widget does."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from domain.actors import Actor
from services.uow import query


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """A shop. `operator_dealer_id` None: the brand's own. `code` is what the widget names, `id` what orders do."""

    id: int
    code: str
    name: str
    platform: str
    operator_dealer_id: int | None
    operator_name: str | None
    scheme: str
    silence_confirms: bool
    trip_fee_shown: bool


_CHANNELS = """
SELECT channel.id, channel.code, channel.name, channel.platform, channel.operator_dealer_id, dealer.name,
       channel.scheme, channel.silence_confirms, channel.trip_fee_shown
  FROM channel LEFT JOIN dealer ON dealer.id = channel.operator_dealer_id
 WHERE channel.id > %(after)s AND (%(dealer)s::bigint IS NULL OR channel.operator_dealer_id = %(dealer)s)
   AND (%(only)s::bigint[] IS NULL OR channel.id = ANY(%(only)s)) ORDER BY channel.id LIMIT %(limit)s
"""


@query
def channels(connection: Connection, actor: Actor, after: int, limit: int) -> list[ChannelLine]:
    """By id, after one: the brand's people those of their desk, a dealer's those it operates."""
    only = None if actor.channel_ids is None else sorted(actor.channel_ids)
    asked = {"after": after, "dealer": actor.dealer_id, "only": only, "limit": limit}
    return [ChannelLine(*row) for row in connection.exec_driver_sql(_CHANNELS, asked)]
