"""Damage by product, carrier and package, for the factory (S0: 货损, better packaging)."""

from __future__ import annotations

from dataclasses import dataclass

from services.queries.reports.asking import PRODUCT_NAME, Report, rate


@dataclass(frozen=True, slots=True)
class DamageRow:
    """Damage of one kind on one product. `rate_bp` is damages / jobs_of_sku, so the rows of a product add up."""

    sku: str | None
    carrier: str | None
    package: str | None
    damages: int
    jobs_of_sku: int
    rate_bp: int | None
    package_damaged: int
    exterior_damaged: int
    function_damaged: int
    hidden: int
    product_name: str | None


_FACTS = """
sent AS (
    SELECT sku, count(*) AS jobs FROM job
     WHERE delivered_at >= %(from)s AND delivered_at < %(until)s AND parent_id IS NULL AND {own} GROUP BY sku),
fact AS (
    SELECT job.sku, damage.carrier, damage.package, damage.exterior, damage.function, job.channel_id, job.dealer_id,
           sent.jobs AS jobs_of_sku
      FROM damage JOIN job ON job.id = damage.job_id LEFT JOIN sent ON sent.sku = job.sku
     WHERE damage.created_at >= %(from)s AND damage.created_at < %(until)s)
"""
_SENT = "coalesce(max(jobs_of_sku), 0)::bigint"

DAMAGE = Report(
    name="damage",
    title="货损",
    row=DamageRow,
    facts=_FACTS,
    dims={"sku": str, "carrier": str, "package": str},
    measures={
        "damages": "count(*)",
        "jobs_of_sku": _SENT,
        "rate_bp": rate("count(*)", _SENT),
        **{
            f"{part}_damaged": f"count(*) FILTER (WHERE {part} = 'damaged')"
            for part in ("package", "exterior", "function")
        },
        "hidden": "count(*) FILTER (WHERE package = 'intact' AND 'damaged' IN (exterior, function))",
    },
    labels={"product_name": PRODUCT_NAME},
    fixed=("sku",),
    heads={
        "sku": "SKU",
        "product_name": "产品",
        "carrier": "承运商",
        "package": "外包装",
        "damages": "货损",
        "jobs_of_sku": "该 SKU 送达工单",
        "rate_bp": "货损率（万分比）",
        "package_damaged": "外包装破损",
        "exterior_damaged": "外观损坏",
        "function_damaged": "功能损坏",
        "hidden": "包装完好而受损",
    },
)
