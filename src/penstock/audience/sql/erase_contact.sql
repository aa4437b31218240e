delete from audience_contact where account_id = %(account)s and id = %(contact)s
