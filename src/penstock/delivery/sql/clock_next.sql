-- Seconds until something comes to its time, by the database's clock; null when nothing is planned.
select extract(epoch from min(at) - clock_timestamp())::double precision
  from (
    select min(due_at) as at from mailing_mailing
     where state in ('in_review', 'in_moderation', 'scheduled') and due_at > clock_timestamp()
    union all
    select min(first_at) from mailing_mailing
     where state = 'scheduled' and due_at <= clock_timestamp() + interval '26 hours' and first_at > clock_timestamp()
    union all
    select min(r.at) from mailing_mailing m, lateral (
           select min(p.release_at) as at from delivery_package p
            where p.mailing = m.id and p.state in ('waiting', 'active') and p.release_at > clock_timestamp()) r
     where m.state in ('sending', 'finishing') and isfinite(r.at)
    union all
    select min(ends_at) from mailing_mailing
     where ends_at > clock_timestamp() and not (state in ('draft', 'sent', 'cancelled', 'expired', 'rejected'))
    union all
    select min(undo_until) from mailing_mailing
     where state = 'starting' and undo_until > clock_timestamp()
  ) as planned
