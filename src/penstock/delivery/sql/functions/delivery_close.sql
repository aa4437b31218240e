-- Ends what has not been handed over, as `p_to` (cancelled or expired). What is in flight stays its sender's, and is recorded when known.
-- With `p_keep_begun` packages that have begun are finished: those given back in them go out still. Who was tried and deferred is
-- given up by a cancellation, but has its retries when the end date has passed. Whom a kill switch keeps back (due at infinity) and who
-- was never tried has not begun, whatever became of the package: when the end date passes it is over for them. A batch that has begun is
-- completed then, also in those of its packages that have not.
drop function if exists delivery_close(integer, text);
create or replace function delivery_close(p_mailing integer, p_to text, p_keep_begun boolean) returns void language plpgsql as $$
begin
    if not p_keep_begun then
        perform delivery_unbind(p_mailing);
    elsif p_to = 'cancelled' then
        perform delivery_bind(p_mailing);
    end if;
    update delivery_package set state = p_to, closed_at = now()
     where mailing = p_mailing and state in ('waiting', 'active') and not (p_keep_begun and begun_at is not null)
       and not (p_keep_begun and p_to = 'expired' and (kind in ('retry', 'again') or slot in (
               select slot from delivery_package where mailing = p_mailing and slot is not null and begun_at is not null)) is true);
    update delivery_due set closed = p_to
     where mailing = p_mailing and closed is null and (not p_keep_begun or p_to = 'cancelled' and why = 'deferred'
                                                       or p_to = 'expired' and why = 'returned' and due_at = 'infinity');
end
$$;
