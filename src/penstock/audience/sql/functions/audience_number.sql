-- The number that an attribute is, null where it is none: as segments/compiling.py writes it out. For indexes, which take no function
-- that might answer differently one day; that float8 is read as it is now is a promise of PostgreSQL's. In plpgsql: an expression whose
-- argument is known would be reckoned beforehand, and "n/a" cannot be.
create or replace function audience_number(p_value text) returns float8 language plpgsql immutable parallel safe as $$
begin
    if pg_input_is_valid(p_value, 'float8') then
        return nullif(p_value::float8, 'NaN');
    end if;
    return null;
end
$$;
