-- Receipts of one transport keep those of another waiting no longer than their turn: each is looked up by itself.
drop index delivery_receipt_look;
create index delivery_receipt_look on delivery_receipt (transport, look_at, no);
