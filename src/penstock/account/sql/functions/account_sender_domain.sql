-- Whether an account may send as a domain: verified, unverified, or missing where it has neither the domain nor one above it.
-- A domain above counts: DKIM and SPF of example.org are aligned with a sender at news.example.org (RFC 7489 §3.1, relaxed).
create or replace function account_sender_domain(p_account integer, p_domain text) returns text language sql stable as $$
    select coalesce((select case when d.verified_at is null then 'unverified' else 'verified' end
                       from account_domain d
                      where d.account_id = p_account
                        and (d.name = p_domain or right(p_domain, length(d.name) + 1) = '.' || d.name)
                      order by d.verified_at is null, length(d.name) desc
                      limit 1), 'missing')
$$;
