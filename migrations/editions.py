"""Every state of a row that a promise may have been computed from gets a number and is kept (models/promise.py).

An insert that becomes an update (ON CONFLICT) keeps no copy of what was never there; an update that changes nothing
makes no edition.
"""

EDITIONED = (
    "authorisation",
    "calendar_day",
    "capacity",
    "category",
    "channel",
    "dealer",
    "product",
    "promotion_day",
)

STATEMENTS = [
    """
    CREATE FUNCTION number_edition() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' OR NEW IS DISTINCT FROM OLD THEN
            NEW.edition := nextval('edition_id_seq');
        END IF;
        RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION keep_edition() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            INSERT INTO edition (kind, row, gone) VALUES (TG_TABLE_NAME, to_jsonb(OLD), true);
        ELSIF TG_OP = 'INSERT' OR NEW.edition <> OLD.edition THEN
            INSERT INTO edition (id, kind, row) VALUES (NEW.edition, TG_TABLE_NAME, to_jsonb(NEW));
        END IF;
        RETURN NULL;
    END $$
    """,
    *(
        f"CREATE TRIGGER {table}_numbered BEFORE INSERT OR UPDATE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION number_edition()"
        for table in EDITIONED
    ),
    *(
        f"CREATE TRIGGER {table}_kept AFTER INSERT OR UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION keep_edition()"
        for table in EDITIONED
    ),
]
