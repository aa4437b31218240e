-- What the ledger says bounced and nobody has looked at; whoever looks has it until the end of the transaction.
select o.mailing, o.seq, o.at, m.account_id as account, m.state, a.policy, r.contact, r.normal,
       y.code, y.enhanced, y.command,
       case when starts_with(r.normal, 'erased:') then '' else replace(y.text, '{}', coalesce(o.detail, '')) end as text
  from (select * from delivery_outcome
         where state = 7 and noted is null
         order by mailing, seq limit %(most)s for update skip locked) o
  join mailing_mailing m on m.id = o.mailing
  join account_account a on a.id = m.account_id
  join delivery_recipient r on r.mailing = o.mailing and r.seq = o.seq
  join delivery_reply y on y.id = o.reply
 order by o.mailing, o.seq
