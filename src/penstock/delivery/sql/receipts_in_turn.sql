-- Receipts of one transport keep those of another waiting no longer than their turn: each is looked up by itself.
create index delivery_receipt_turn on delivery_receipt (transport, look_at, no);
drop index delivery_receipt_look;
