-- By the lists of the account: memberships are found by list first.
delete from audience_membership
 where list_id = any(array(select id from audience_list where account_id = %(account)s)) and contact_id = %(contact)s
