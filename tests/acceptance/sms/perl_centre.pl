#!/usr/bin/perl
# A centre of Perl's Net::SMPP: what it does is told in centre.py, which starts it, scripts it and reads its log.
# Arguments: log, orders (JSON). Writes its port to stdout; further orders come as lines of JSON on stdin, each answered by a line; ends with stdin.
use strict;
use warnings;
use Encode qw(decode encode);
use IO::Select;
use JSON::PP qw(decode_json);
use Net::SMPP;
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC);

$SIG{PIPE} = 'IGNORE';
$SIG{__WARN__} = sub { print STDERR @_ unless $_[0] =~ /read|Unknown tag/ };
$| = 1;
open(my $log, '>>', $ARGV[0]) or die "$ARGV[0]: $!";
my %sessions;    # fileno -> { socket, number, hears, bound, waiting: sequence -> receipt }
my %messages;    # id -> { source, destination, state }
my (@due, @later, @rules);
my ($receipts, $opened, $made, $receipted) = ({}, 0, 0, 0);

sub now { clock_gettime(CLOCK_MONOTONIC) }
sub nth { my ($count, $every) = @_; $every && $count % $every == 0 }

sub quoted {
    my $text = shift;
    return $text if $text =~ /^(?:0|[1-9][0-9]{0,8})$/;    # a number
    $text =~ s/([\\"\x00-\x1f\x7f])/sprintf '\\u%04x', ord $1/ge;
    return '"' . encode('UTF-8', $text) . '"';
}

sub note {
    my ($kind, $session, @more) = @_;
    my $line = sprintf '{"at":%.0f,"kind":"%s","session":%d', now() * 1e9, $kind, $session->{number};
    while (my ($name, $value) = splice @more, 0, 2) {
        $line .= qq(,"$name":) . ($name =~ /^(?:id|number|sender|text|system)$/ ? quoted("$value ") =~ s/ "$/"/r : quoted($value));
    }
    syswrite $log, "$line}\n";
}

# What the first rule that fits orders for this request; undef: as usual.
sub ordered {
    my ($on, $number) = (@_, '');
    for my $rule (@rules) {
        next if $rule->{on} ne $on || ($rule->{number} && $number !~ /$rule->{number}/);
        my $seen = ++$rule->{seen} - ($rule->{from} // 1);
        next if $seen < 0 || $seen % ($rule->{every} // 1) || ($rule->{fired} // 0) >= ($rule->{count} // 1e9);
        $rule->{fired}++;
        return $rule;
    }
    return undef;
}

sub after { my ($seconds, $what) = @_; push @later, [now() + $seconds, $what] }

# Answer as the rule says; `usual` answers as if there were none.
sub obey {
    my ($session, $pdu, $rule, $refuse, $usual) = @_;
    my $do = $rule ? $rule->{do} : 'as usual';
    return $usual->() if $do eq 'as usual';
    return ended($session) if $do eq 'cut';
    return if $do eq 'silent';
    return $session->{socket}->generic_nack(seq => $pdu->{seq}, status => $rule->{status} // 0x08) if $do eq 'nack';
    return after($rule->{ms} / 1000, sub { $usual->() if $sessions{ $session->{place} } }) if $do eq 'slow';
    if ($do eq 'answer and cut') { $usual->(); return ended($session) }
    return $refuse->($rule->{status});
}

sub bound {
    my ($session, $pdu, $kind) = @_;
    my $rule = ordered('bind');
    note('bind', $session, command => "bind_$kind", system => $pdu->{system_id}, status => $rule ? $rule->{status} // 0 : 0);
    my $answer = "bind_${kind}_resp";
    my $say = sub { $session->{socket}->$answer(seq => $pdu->{seq}, status => $_[0], system_id => 'foreign') };
    obey($session, $pdu, $rule, $say, sub { @$session{qw(bound hears)} = (1, $kind ne 'transmitter'); $say->(0); pump() });
}

my %FATES = (cut => 'X', silent => 'X', slow => 'A', 'answer and cut' => 'A', refuse => 'R', nack => 'R', lose => 'L', 'lose and cut' => 'L');

sub submitted {
    my ($session, $pdu) = @_;
    my $say = sub { $session->{socket}->submit_sm_resp(seq => $pdu->{seq}, status => $_[0], message_id => $_[1] // '') };
    return $say->(0x04) unless $session->{bound};
    my $number = $pdu->{destination_addr};
    my $rule = ordered('submit_sm', $number);
    my $fate = $rule ? $FATES{ $rule->{do} } : 'A';
    my $taken = $fate =~ /[AX]/;
    my $id = $taken ? sprintf('%x', 0xb0000000 + ++$made) : '';
    note('submit', $session, fate => $fate, id => $id, number => $number, sender => $pdu->{source_addr},
        status => $rule ? $rule->{status} // 0 : 0, content($pdu));
    if ($taken) {
        $messages{$id} = { source => $pdu->{source_addr}, destination => $number, state => 1 };
        promise($id, $session) if $pdu->{registered_delivery} & 1;
    }
    return $rule->{do} eq 'lose' ? undef : ended($session) if $fate eq 'L';
    obey($session, $pdu, $rule, $say, sub { $say->(0, $id) });
}

# The text as Perl's own tables read it, and how the parts hang together.
sub content {
    my $pdu = shift;
    my $octets = $pdu->{message_payload} // $pdu->{short_message};
    my ($reference, $parts, $part) = (0, 1, 1);
    ($reference, $parts, $part) = (unpack('n', $pdu->{sar_msg_ref_num}), ord $pdu->{sar_total_segments}, ord $pdu->{sar_segment_seqnum})
        if defined $pdu->{sar_total_segments};
    if ($pdu->{esm_class} & 0x40) {
        my $header = substr $octets, 1, my $length = ord $octets;
        $octets = substr $octets, 1 + $length;
        while (length $header) {
            my ($kind, $data) = unpack 'C C/a', $header;
            $header = substr $header, 2 + length $data;
            ($reference, $parts, $part) = unpack 'CCC', $data if $kind == 0x00;
            ($reference, $parts, $part) = unpack 'nCC', $data if $kind == 0x08;
        }
    }
    my $text = $pdu->{data_coding} == 8 ? decode('UTF-16BE', $octets) : decode('gsm0338', $octets);
    return (reference => $reference, parts => $parts, part => $part, coding => $pdu->{data_coding}, text => $text,
        registered => $pdu->{registered_delivery});
}

# A receipt that is owed: now, later, twice, never, before the answer.
sub promise {
    my ($id, $session) = @_;
    my $turn = ++$receipted;
    my $receipt = { id => $id, failed => nth($turn, $receipts->{failed}) ? 1 : 0, at => now() + ($receipts->{after} // 0) / 1000 };
    $messages{$id}{state} = $receipt->{failed} ? 5 : 2;
    return if nth($turn, $receipts->{lost}) || $receipts->{off};
    if (nth($turn, $receipts->{early}) && $session->{hears}) { deliver($session, $receipt) }
    else { push @due, $receipt }
    push @due, {%$receipt} if nth($turn, $receipts->{double});
}

# Whoever listens gets what is due, a hundred at a time.
sub pump {
    return if $receipts->{held};
    for my $session (my @all = values %sessions) {
        while ($session->{hears} && @due && $due[0]{at} <= now() && keys %{ $session->{waiting} } < 100) {
            deliver($session, shift @due);
        }
    }
}

sub deliver {
    my ($session, $receipt) = @_;
    my $rule = ordered('receipt');
    my $message = $messages{ $receipt->{id} };
    note('receipt', $session, id => $receipt->{id}, number => $message->{destination}, state => $receipt->{failed} ? 'UNDELIV' : 'DELIVRD');
    if ($rule && $rule->{do} eq 'cut') { push @due, $receipt; return ended($session) }
    my $sequence = $session->{socket}->deliver_sm(
        async => 1, esm_class => 4, source_addr => $message->{destination}, source_addr_ton => 1, source_addr_npi => 1,
        destination_addr => $message->{source}, written($receipt));
    $session->{waiting}{$sequence} = $receipt;
    ended($session) if $rule && $rule->{do} eq 'answer and cut';
}

sub written {
    my $receipt = shift;
    my ($id, $form) = ($receipt->{id}, $receipts->{form} // 'usual');
    my ($stat, $err, $good) = $receipt->{failed} ? ('UNDELIV', '001', '000') : ('DELIVRD', '000', '001');
    return (short_message => '', receipted_message_id => "$id\0", message_state => chr($receipt->{failed} ? 5 : 2)) if $form eq 'tlv';
    return (short_message => "Stat:$stat  ID:\U$id\E Done Date:260101120130 ERR:$err") if $form eq 'sloppy';
    $id = sprintf '%010d', hex $id if $form eq 'decimal';
    return (short_message => "id:$id sub:001 dlvrd:$good submit date:2601011200 done date:2601011201 stat:$stat err:$err text:hello");
}

sub confirmed {
    my ($session, $pdu) = @_;
    my $receipt = delete $session->{waiting}{ $pdu->{seq} } or return;
    note('confirmed', $session, id => $receipt->{id}, status => $pdu->{status});
    push @due, { %$receipt, at => now() + 0.2 } if $pdu->{status};
    ended($session) if ordered('deliver_sm_resp');
}

sub asked {
    my ($session, $pdu) = @_;
    my $known = $messages{ $pdu->{message_id} };
    note('query', $session, id => $pdu->{message_id}, state => $known ? $known->{state} : 0);
    my $say = sub { $session->{socket}->query_sm_resp(seq => $pdu->{seq}, status => $_[0], message_id => $pdu->{message_id},
        final_date => '', message_state => $known ? $known->{state} : 0, error_code => 0) };
    obey($session, $pdu, ordered('query_sm'), $say, sub { $say->($known ? 0 : 0x67) });
}

sub heard {
    my ($session, $pdu) = @_;
    my ($socket, $command) = ($session->{socket}, $pdu->{cmd});
    return bound($session, $pdu, 'receiver') if $command == 0x01;
    return bound($session, $pdu, 'transmitter') if $command == 0x02;
    return bound($session, $pdu, 'transceiver') if $command == 0x09;
    return asked($session, $pdu) if $command == 0x03;
    return submitted($session, $pdu) if $command == 0x04;
    return confirmed($session, $pdu) if $command == 0x80000005;
    return obey($session, $pdu, ordered('enquire_link'), sub { }, sub { $socket->enquire_link_resp(seq => $pdu->{seq}) }) if $command == 0x15;
    return $socket->generic_nack(seq => $pdu->{seq}, status => 0x03) if $command != 0x06 && $command < 0x80000000;
    return if $command != 0x06;
    $session->{unbound} = 1;
    obey($session, $pdu, ordered('unbind'), sub { }, sub { $socket->unbind_resp(seq => $pdu->{seq}); ended($session) });
}

my $selected = IO::Select->new(\*STDIN);

sub ended {
    my $session = shift;
    delete $sessions{ $session->{place} } or return;
    $session->{hears} = 0;
    note('closed', $session, unbound => $session->{unbound} ? 1 : 0);
    $selected->remove($session->{socket});
    $session->{socket}->close;
    push @due, values %{ $session->{waiting} };    # nobody has confirmed them
}

sub order {
    my $given = shift;
    @rules = @{ $given->{rules} } if $given->{rules};
    $receipts = $given->{receipts} if $given->{receipts};
    my @all = grep { $_->{bound} } values %sessions;
    my ($hearing) = grep { $_->{hears} } @all;
    $hearing->{socket}->deliver_sm(async => 1, source_addr => $_->{from}, source_addr_ton => 1, destination_addr => $_->{to},
        short_message => encode('gsm0338', $_->{text})) for @{ $given->{messages} // [] };
    $given->{unbind} && $_->{socket}->unbind(async => 1), $given->{octets} && $_->{socket}->syswrite(pack 'H*', $given->{octets}) for @all;
    ended($_) for splice @all, 0, $given->{cut} // 0;
}

my $listening = Net::SMPP->new_listen('127.0.0.1', port => 0, listen => 64) or die "cannot listen: $!";
$selected->add($listening);
order(decode_json($ARGV[1]));
print $listening->sockport, "\n";
my $said = '';
while (1) {
    for my $ready ($selected->can_read(@due || @later ? 0.01 : 1)) {
        if ($ready == \*STDIN) {
            sysread(STDIN, $said, 65536, length $said) or exit;
            order(decode_json($1)), print "done\n" while $said =~ s/^(.*)\n//;
        }
        elsif ($ready == $listening) {
            my $socket = $listening->accept or next;
            $opened++;
            if (ordered('connect')) { $socket->close; next }
            $sessions{ fileno $socket } = { socket => $socket, number => $opened, place => fileno $socket, waiting => {} };
            $selected->add($socket);
        }
        elsif (defined fileno $ready && (my $session = $sessions{ fileno $ready })) {
            my $pdu = $ready->read_pdu;
            $pdu ? heard($session, $pdu) : ended($session);
        }
    }
    my ($now, @timers) = (now(), splice @later);
    $_->[0] <= $now ? $_->[1]->() : push @later, $_ for @timers;
    pump();
}
