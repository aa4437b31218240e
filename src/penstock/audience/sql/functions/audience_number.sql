-- The number that an attribute is, null where it is none: as segments/compiling.py writes it out. For indexes, which take no function
-- that might answer differently one day; that float8 is read as it is now is a promise of PostgreSQL's.
create or replace function audience_number(p_value text) returns float8 language sql immutable parallel safe as $$
    select nullif(case when pg_input_is_valid(p_value, 'float8') then p_value::float8 end, 'NaN')
$$;
