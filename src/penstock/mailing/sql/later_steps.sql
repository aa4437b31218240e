-- The steps behind a mailing in its chain, in their order. A correction stands where the mailing stands that it corrects.
select x.id, x.state, x.position
  from (with recursive origin as (
            select id, account_id, chain_id, position, fixes_id from mailing_mailing where id = %(mailing)s
            union
            select m.id, m.account_id, m.chain_id, m.position, m.fixes_id
              from origin o join mailing_mailing m on m.id = o.fixes_id and o.chain_id is null)
        select * from origin where chain_id is not null) as here
  join mailing_mailing x on x.chain_id = here.chain_id and x.account_id = here.account_id
                        and x.position > here.position and x.deleted_at is null
 order by x.position
