-- The kill switches that withhold recipients of a mailing. One that has expired goes on withholding what had started before, until
-- somebody lifts it, or goes on with the mailing knowing that it is over (mailing_mailing.let_go has which): on expiry nothing
-- resumes by itself.
create or replace function delivery_switches(p_mailing integer) returns setof mailing_switch language sql stable as $$
    select s.*
      from mailing_switch s
      join mailing_mailing m on m.id = p_mailing
     where s.lifted_at is null and s.scope in ('domain', 'transport') and (s.account_id is null or s.account_id = m.account_id)
       and (s.scope = 'domain' or s.value = m.transport_id::text)
       and (s.expires_at is null or s.expires_at > clock_timestamp()
            or m.started_at < s.expires_at and not coalesce(s.id = any(m.let_go), false))
$$;
