-- What a notice says of its mailing, and who wrote or submitted it.
select m.name, m.reason,
       array(select jsonb_array_elements_text(m.authors)
             union select s.identity from mailing_submission s where s.mailing_id = m.id) as authors
  from mailing_mailing m
 where m.id = %(mailing)s
