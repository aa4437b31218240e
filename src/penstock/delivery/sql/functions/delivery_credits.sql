-- What a mailing has used of credits and may still use, in parts (an e-mail has one), from the packages' counters: the messages of a package
-- take the same number of parts, so that nothing is written for a message.
drop function if exists delivery_credits(integer) cascade;
create or replace function delivery_credits(
    p_mailing integer,
    out used bigint,      -- for recipients it was handed over to: accepted, delivered, bounced, or in doubt
    out bounced bigint,   -- of those: for who bounced
    out open bigint,      -- for recipients who may still get it: waiting, in flight, waiting to be tried again
    out rest bigint       -- for recipients who did not get it because it ended: what its rest would take
) language sql stable as $$
    select p.used, p.bounced, p.open + d.open, p.rest + d.rest
      from (select coalesce(sum(parts * (in_doubt + accepted + delivered + package.bounced)), 0) as used,
                   coalesce(sum(parts * package.bounced), 0) as bounced,
                   coalesce(sum(parts * (case when state in ('waiting', 'active') then size else cursor end - in_doubt - returned - deferred
                                         - skipped - accepted - delivered - package.bounced)), 0) as open,
                   coalesce(sum(parts * (size - cursor)) filter (where state in ('cancelled', 'expired')), 0) as rest
              from delivery_package package where mailing = p_mailing) p,
           (select coalesce(sum(parts) filter (where closed is null), 0) as open, coalesce(sum(parts) filter (where closed is not null), 0) as rest
              from delivery_due where mailing = p_mailing) d
$$;
