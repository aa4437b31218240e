-- How many credits a mailing needs beyond those it has, and whether that is exact: of a frozen one it is (of one that has ended: for
-- its rest); before, as it was counted last; null where nobody has counted.
-- `basis`: what the parts of its messages were counted from (credits.estimates); null: one each, or exact.
drop function if exists account_credits_needed(integer);
create function account_credits_needed(p_mailing integer, out needed bigint, out exact boolean, out basis text) language sql stable as $$
    select case when m.frozen_at is null then coalesce(e.credits, e.size, m.approved_size)
                when m.state in ('cancelled', 'expired') then (select r.rest from delivery_credits(m.id) r)
                else (select greatest(c.used + c.open - coalesce(u.free + u.spent + u.reserved, c.used), 0) from delivery_credits(m.id) c) end,
           m.frozen_at is not null, case when m.frozen_at is null then e.basis end
      from mailing_mailing m
      left join account_credit_use u on u.mailing = m.id
      left join account_credit_estimate e on e.mailing = m.id
     where m.id = p_mailing
$$;

-- The mailings of an account that start by themselves, with when (null: at once, or in their turn) and how many credits each needs then.
drop function if exists account_credits_planned(integer, text);
create function account_credits_planned(p_account integer, p_channel text)
returns table (
    mailing integer, name text, state text, due_at timestamptz, needed bigint, exact boolean, recipients bigint, basis text
) language sql stable as $$
    select m.id, m.name, m.state, case m.state when 'starting' then null else m.due_at end,
           case when m.frozen_at is null then coalesce(e.credits, e.size, m.approved_size)::bigint
                else (select n.needed from account_credits_needed(m.id) n) end, m.frozen_at is not null,
           case when m.frozen_at is null then coalesce(e.size, m.approved_size)::bigint end, case when m.frozen_at is null then e.basis end
      from (select * from mailing_mailing x
             where x.account_id = p_account and x.state in ('in_review', 'in_moderation', 'scheduled') and x.due_at is not null
            union all
            select * from mailing_mailing x where x.account_id = p_account and x.state in ('starting', 'queued')) m
      left join account_credit_estimate e on e.mailing = m.id
     where m.channel = p_channel and m.deleted_at is null
     order by m.state <> 'starting', m.state <> 'queued', m.due_at, m.id
     limit 1000
$$;
