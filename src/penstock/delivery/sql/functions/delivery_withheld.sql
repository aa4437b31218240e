-- What kill switches withhold of a mailing: everything (its transport), or the recipients of some domains. A switch that has expired
-- goes on withholding what had started before, until somebody lifts it: on expiry nothing resumes by itself.
create or replace function delivery_withheld(p_mailing integer, out everything boolean, out domains text[]) language sql stable as $$
    select coalesce(bool_or(s.scope = 'transport'), false),
           coalesce(array_agg(distinct s.value) filter (where s.scope = 'domain'), '{}')
      from mailing_switch s
      join mailing_mailing m on m.id = p_mailing
     where s.lifted_at is null and s.scope in ('domain', 'transport') and (s.account_id is null or s.account_id = m.account_id)
       and (s.expires_at is null or s.expires_at > clock_timestamp() or m.started_at < s.expires_at)
       and (s.scope = 'domain' or s.value = m.transport_id::text)
$$;
