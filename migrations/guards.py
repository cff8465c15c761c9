"""What the database itself refuses (first schema): append-only history and a ledger that always balances.

Measured (docs/adr): a statement trigger with a transition table costs ×1.07 in bulk; a deferred row trigger on
the entry alone sees an entry without legs. Both together leave no way to a lopsided or empty entry.
"""

from migrations import editions

_APPEND_ONLY = (
    "edition",
    "job_event",
    "ledger_entry",
    "ledger_leg",
    "order_event",
    "access_event",
    "clock_correction",
    "clock_change",
)

STATEMENTS = [
    """
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    *(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        for table in _APPEND_ONLY
    ),
    """
    CREATE FUNCTION legs_must_balance() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE bad bigint;
    BEGIN
        SELECT leg.entry_id INTO bad FROM ledger_leg leg
         WHERE leg.entry_id IN (SELECT entry_id FROM added)
         GROUP BY leg.entry_id HAVING sum(leg.amount_fen) <> 0 LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'ledger entry % does not sum to zero', bad USING ERRCODE = 'check_violation';
        END IF;
        SELECT added.entry_id INTO bad FROM added JOIN ledger_entry entry ON entry.id = added.entry_id
         WHERE entry.month <> added.month LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'a leg of ledger entry % is of another month', bad USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER ledger_leg_balanced AFTER INSERT ON ledger_leg
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION legs_must_balance()
    """,
    """
    CREATE FUNCTION entry_must_have_legs() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NOT EXISTS (SELECT 1 FROM ledger_leg WHERE entry_id = NEW.id) THEN
            RAISE EXCEPTION 'ledger entry % has no legs', NEW.id USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE CONSTRAINT TRIGGER ledger_entry_has_legs AFTER INSERT ON ledger_entry
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entry_must_have_legs()
    """,
    """
    CREATE FUNCTION month_must_be_open() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM added JOIN closed_month USING (month)) THEN
            RAISE EXCEPTION 'the month is closed' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER ledger_leg_month_open AFTER INSERT ON ledger_leg
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION month_must_be_open()
    """,
    """
    CREATE TRIGGER ledger_entry_month_open AFTER INSERT ON ledger_entry
        REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION month_must_be_open()
    """,
    *editions.STATEMENTS,
]
