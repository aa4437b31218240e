-- What kill switches withhold of a mailing: everything (its transport), or the recipients of some domains.
create or replace function delivery_withheld(p_mailing integer, out everything boolean, out domains text[]) language sql stable as $$
    select coalesce(bool_or(s.scope = 'transport'), false),
           coalesce(array_agg(distinct s.value) filter (where s.scope = 'domain'), '{}')
      from delivery_switches(p_mailing) s
$$;
