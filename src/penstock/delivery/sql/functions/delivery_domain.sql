-- The domain of a recipient, by which limits, kill switches and reports know them: that of the address; of a number its country (audience.reach
-- says the same of a contact). Nothing of somebody who was erased. In two, so that the planner puts the first in place: an e-mail address
-- costs no call. The other stays a call: a query that names no number must not wait for who has locked the contacts, as an import into an
-- empty table does.
create or replace function delivery_region(p_contact bigint, p_normal text) returns text language plpgsql stable as $$
begin
    return coalesce((select c.region from audience_contact c where c.id = p_contact and starts_with(p_normal, '+')), '');
end
$$;

create or replace function delivery_domain(p_contact bigint, p_normal text) returns text language sql stable as $$
    select case when position('@' in p_normal) > 0 then split_part(p_normal, '@', 2) else delivery_region(p_contact, p_normal) end
$$;
