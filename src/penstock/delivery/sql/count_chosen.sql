select count(*)
  from {people} and {chosen}
   and not {suppressed}
