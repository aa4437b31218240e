-- Each account with what it has decided, and how many persons or programs of its own may approve, each counted once.
select a.name, a.policy,
       (select count(*)
          from (select p.email as identity
                  from account_membership m join account_person p on p.id = m.person_id and p.is_active
                 where m.account_id = a.id and m.roles && array['approver', 'administrator']
                 union
                select t.identity
                  from account_token t
                 where t.account_id = a.id and t.person_id is null and 'mailings:approve' = any (t.scopes)
                   and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())) who)
  from account_account a
 order by a.id
