select 'twice', format('number %%s was accepted %%s times', seq, count(*))
  from delivery_outcome where mailing = %(mailing)s and state = 5
 group by seq having count(*) > 1
