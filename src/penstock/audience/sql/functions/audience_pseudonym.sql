-- The pseudonym of a normalised address in an account, as audience.pseudonym makes it: HMAC-SHA-256 (RFC 2104). p_key: the two blocks of 64
-- octets that it is made with, the inner one first.
create or replace function audience_pseudonym(p_key bytea, p_account integer, p_normal text) returns text
language sql immutable parallel safe as $$
    select 'erased:' || left(encode(sha256(substr(p_key, 65, 64) || sha256(
               substr(p_key, 1, 64) || convert_to(p_account || ':' || p_normal, 'UTF8'))), 'hex'), 32)
$$;
