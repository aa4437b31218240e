-- What the breaker counts of a mailing, from the packages' counters: settled recipients (no further attempt follows), those of them
-- that bounced, those whom a mistake in the message kept from being made one (that, more dearly, only where many were skipped when it
-- was their turn: a package that was closed as a whole has not begun), and recipients who
-- complained. Reports show the same figures (report.results).
create or replace function delivery_counted(p_mailing integer, out settled bigint, out bounced bigint, out unmade bigint, out complained bigint)
language plpgsql stable as $$
declare
    v_skipped bigint;
begin
    select coalesce(sum(p.accepted + p.delivered + p.bounced + p.in_doubt), 0), coalesce(sum(p.bounced), 0),
           coalesce(sum(p.skipped) filter (where p.begun_at is not null), 0)
      into settled, bounced, v_skipped
      from delivery_package p where p.mailing = p_mailing and p.no > 0;
    unmade := 0;
    if v_skipped > 0 and v_skipped * 200 > settled then
        select count(*) into unmade
          from delivery_outcome o
         where o.mailing = p_mailing and o.state = 4 and o.package > 0
           and o.reply in (select r.id from delivery_reply r where r.code = 0 and r.command = 'skip' and starts_with(r.text, 'template_error'));
    end if;
    select coalesce(max(c.people), 0) into complained from feedback_count c where c.mailing = p_mailing and c.kind = 'complained' and c.link = 0;
end
$$;
