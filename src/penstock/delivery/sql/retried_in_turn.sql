-- Who was tried before takes turns with who was not, within a mailing (delivery_open): whether the last package was of the former, and
-- where those stand that wait.
alter table delivery_turn add column again boolean not null default false;
create index delivery_package_again on delivery_package (mailing, release_at, no) where state = 'waiting' and kind in ('retry', 'again');
