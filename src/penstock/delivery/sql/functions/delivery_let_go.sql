-- Those who were withheld (due at infinity) by a switch that is there no longer are due at once. Returns how many.
-- Not those who were never tried and whose mailing has come to its end date meanwhile: the clock ends them at its next stroke.
create or replace function delivery_let_go(p_mailing integer, p_domains text[]) returns integer language plpgsql as $$
declare
    v_count integer;
begin
    perform pg_advisory_xact_lock_shared(7001, p_mailing);
    update delivery_due d set due_at = now()
      from delivery_recipient r
     where d.mailing = p_mailing and d.due_at = 'infinity' and d.closed is null
       and r.mailing = d.mailing and r.seq = d.seq and delivery_domain(r.contact, r.normal) <> all(p_domains)
       and not (d.why = 'returned' and exists (
               select from mailing_mailing m where m.id = p_mailing and m.state = 'sending' and m.ends_at <= clock_timestamp()));
    get diagnostics v_count = row_count;
    return v_count;
end
$$;
