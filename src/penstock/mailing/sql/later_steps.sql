-- The steps of a chain that follow a mailing, directly or not, in their order: another branch of the chain is none of its concern. A
-- correction stands where the mailing stands that it corrects.
select x.id, x.state, x.position
  from (with recursive origin as (
            select id, account_id, chain_id, fixes_id from mailing_mailing where id = %(mailing)s
            union
            select m.id, m.account_id, m.chain_id, m.fixes_id
              from origin o join mailing_mailing m on m.id = o.fixes_id and o.chain_id is null
        ), behind as (
            select id, account_id, chain_id from origin where chain_id is not null
            union
            select m.id, m.account_id, m.chain_id
              from behind b join mailing_mailing m on m.chain_id = b.chain_id and m.account_id = b.account_id
                                                  and (m.audience ->> 'step')::integer = b.id and m.deleted_at is null)
        select b.id from behind b where b.id not in (select id from origin)) as later
  join mailing_mailing x using (id)
 order by x.position
