namespace RingShm.Tests.Mpmc;

/// <summary>
/// A ring with two producers and two consumers beside a list of claims that says what the ring must answer: contents, order, types, flags,
/// positions, and exactly when it is full. Up to three claims and three leases are open at once.
/// </summary>
internal ref struct RingAgainstQueue
{
    public const int Steps = 10;

    private readonly MpmcRing _ring;
    private readonly int _max;
    private readonly long _granules;
    private readonly int _granuleBytes;
    private readonly MpmcProducer[] _producers;
    private readonly MpmcConsumer[] _consumers;

    /// <summary>From the oldest that is not released to the newest.</summary>
    private readonly List<Entry> _entries = [];
    private readonly Entry?[] _claimed = new Entry?[3];
    private readonly Entry?[] _leased = new Entry?[3];
    private Claim _claimA;
    private Claim _claimB;
    private Claim _claimC;
    private Message _leaseA;
    private Message _leaseB;
    private Message _leaseC;
    private long _producerPosition;
    private long _consumerPosition;
    private long _written;
    private long _read;
    private long _aborted;
    private long _redelivered;
    private byte _next;

    public RingAgainstQueue(MpmcRing ring, long granules, int granuleBytes)
    {
        _ring = ring;
        _max = (int)ring.MaxMessageBytes;
        _granules = granules;
        _granuleBytes = granuleBytes;
        _producers = [ring.AttachProducer(), ring.AttachProducer()];
        _consumers = [ring.AttachConsumer(), ring.AttachConsumer()];
    }

    private enum Life
    {
        Open,
        Full,
        Aborted,
        Leased,
        Returned,
    }

    public void Play(int kind, int who, int number)
    {
        int length = number % 3 == 0 ? number % (_max + 1) : number % Math.Min(_max + 1, 30);
        MpmcProducer producer = _producers[who & 1];
        MpmcConsumer consumer = _consumers[who & 1];
        int slot = who % 3;
        switch (kind % Steps)
        {
            case 0 or 1: Write(producer, length, number); break;
            case 2: WriteBatch(producer, length, who % 6, number); break;
            case 3: OpenClaim(producer, slot, length); break;
            case 4: EndClaim(slot, number); break;
            case 5 or 6: Read(consumer); break;
            case 7: OpenLease(consumer, slot); break;
            case 8: CloseLease(slot); break;
            case 9: ReadBatch(consumer, 1 + (number % 7), who); break;
        }
    }

    /// <summary>What is left comes out, and the ring's own account agrees with ours.</summary>
    public void Finish()
    {
        for (int slot = 0; slot < 3; slot++)
        {
            if (_claimed[slot] != null)
                EndClaim(slot, 2);
            CloseLease(slot);
        }

        while (_entries.Count > 0)
            Read(_consumers[0]);
        Read(_consumers[1]);
        RingInfo info = _ring.GetInfo();
        Assert.Equal((_producerPosition * _granuleBytes, _producerPosition * _granuleBytes), (info.ProducerPosition, info.ConsumerPosition));
        Assert.Equal((_written, _read, _aborted, _redelivered), (info.MessagesWritten, info.MessagesRead, info.ClaimsAborted, info.MessagesRedelivered));
        Assert.Equal((0L, 0L, 0L), (info.ClaimsRecovered, info.LeasesRecovered, info.MessagesDropped));
        Assert.Empty(Ring.Verify(_ring.Name).Problems);
    }

    private readonly int Granules(int length) => _max + 16 <= _granuleBytes ? 1 : (length + 8 + _granuleBytes - 1) / _granuleBytes;

    private readonly bool Fits(int granules) =>
        _producerPosition + granules <= (_entries.Count == 0 ? _producerPosition : _entries[0].Position) + _granules;

    private Entry Add(int granules, Life life, byte[] payload, int type)
    {
        Entry entry = new() { Position = _producerPosition, Granules = granules, Life = life, Payload = payload, Type = type };
        _entries.Add(entry);
        _producerPosition += granules;
        if (life == Life.Full)
            _written++;
        return entry;
    }

    private byte[] Payload(int length)
    {
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++)
            payload[i] = _next++;
        return payload;
    }

    private void Write(MpmcProducer producer, int length, int type)
    {
        byte[] payload = Payload(length);
        bool fits = Fits(Granules(length));
        Assert.Equal(fits, producer.TryWrite(payload, type));
        if (fits)
            Add(Granules(length), Life.Full, payload, type);
    }

    private void WriteBatch(MpmcProducer producer, int length, int count, int type)
    {
        byte[][] payloads = new byte[count][];
        for (int i = 0; i < count; i++)
            payloads[i] = Payload((length * (i + 1)) % (_max + 1));
        int written = producer.TryWriteBatch([.. payloads.Select(payload => (ReadOnlyMemory<byte>)payload)], type);
        for (int i = 0; i < written; i++)
        {
            Assert.True(Fits(Granules(payloads[i].Length)), "a batch wrote more than fits");
            Add(Granules(payloads[i].Length), Life.Full, payloads[i], type);
        }

        Assert.True(written == count || !Fits(Granules(payloads[written].Length)), "a batch wrote less than fits");
    }

    private void OpenClaim(MpmcProducer producer, int slot, int length)
    {
        if (_claimed[slot] != null)
            return;
        bool fits = Fits(Granules(length));
        Assert.Equal(fits, producer.TryClaim(length, out Claim claim));
        if (!fits)
            return;
        Assert.Equal(length, claim.Span.Length);
        claim.Span.Fill(0xEE);
        _claimed[slot] = Add(Granules(length), Life.Open, new byte[length], 0);
        switch (slot)
        {
            case 0: _claimA = claim; break;
            case 1: _claimB = claim; break;
            default: _claimC = claim; break;
        }
    }

    private void EndClaim(int slot, int number)
    {
        if (_claimed[slot] is not { } entry)
            return;
        Claim claim = slot == 0 ? _claimA : slot == 1 ? _claimB : _claimC;
        _claimed[slot] = null;
        if (number % 4 == 0)
        {
            claim.Dispose();
            entry.Life = Life.Aborted;
            _aborted++;
            return;
        }

        byte[] payload = Payload(number % 4 == 1 ? entry.Payload.Length / 2 : entry.Payload.Length);
        payload.CopyTo(claim.Span);
        claim.Commit(payload.Length, number);
        claim.Dispose();
        (entry.Life, entry.Payload, entry.Type) = (Life.Full, payload, number);
        _written++;
    }

    private void Read(MpmcConsumer consumer)
    {
        Entry? expected = NextFor();
        Assert.Equal(expected != null, consumer.TryRead(out Message message));
        if (expected == null)
            return;
        AssertIs(expected, message);
        message.Dispose();
        Release(expected);
    }

    private void OpenLease(MpmcConsumer consumer, int slot)
    {
        if (_leased[slot] != null)
            return;
        Entry? expected = NextFor();
        Assert.Equal(expected != null, consumer.TryRead(out Message message));
        if (expected == null)
            return;
        AssertIs(expected, message);
        expected.Life = Life.Leased;
        _leased[slot] = expected;
        switch (slot)
        {
            case 0: _leaseA = message; break;
            case 1: _leaseB = message; break;
            default: _leaseC = message; break;
        }
    }

    private void CloseLease(int slot)
    {
        if (_leased[slot] is not { } entry)
            return;
        Message message = slot == 0 ? _leaseA : slot == 1 ? _leaseB : _leaseC;
        // It was not written over while producers went on.
        AssertIs(entry, message);
        message.Dispose();
        message.Dispose();
        _leased[slot] = null;
        Release(entry);
    }

    private void ReadBatch(MpmcConsumer consumer, int limit, int who)
    {
        List<Entry> expected = [];
        if (NextFor() is { } first)
        {
            expected.Add(first);
            // One that was returned comes alone; the others as far as they stand side by side.
            int at = _entries.IndexOf(first);
            while (!first.WasReturned && expected.Count < limit && at + expected.Count < _entries.Count && _entries[at + expected.Count].Life == Life.Full)
                expected.Add(_entries[at + expected.Count]);
        }

        int settled = who % (expected.Count + 1);
        Queue<Entry> rest = new(expected);
        int handed = consumer.TryReadBatch(
            static (in Message message, (Queue<Entry> Left, int Settled) state) => AssertIs(state.Left.Dequeue(), message),
            static (_, state) => state.Item2, (rest, settled), limit);
        Assert.Empty(rest);
        Assert.Equal(settled, handed);
        for (int i = expected.Count - 1; i >= 0; i--)
        {
            Pass(expected[i]);
            if (i < settled)
                Release(expected[i]);
            else
                (expected[i].Life, expected[i].WasReturned) = (Life.Returned, true);
        }
    }

    /// <summary>What the next read must bring: what was returned, by its place in the ring, or the next in order. Aborted ones are passed.</summary>
    private Entry? NextFor()
    {
        long granules = _granules;
        if (_entries.Where(entry => entry.Life == Life.Returned).MinBy(entry => entry.Position % granules) is { } returned)
            return returned;
        long head = _consumerPosition;
        foreach (Entry entry in _entries.Where(entry => entry.Position >= head).ToList())
        {
            if (entry.Life == Life.Open)
                return null;
            Pass(entry);
            if (entry.Life == Life.Full)
                return entry;
            _entries.Remove(entry);
        }

        return null;
    }

    private void Pass(Entry entry) => _consumerPosition = Math.Max(_consumerPosition, entry.Position + entry.Granules);

    private void Release(Entry entry)
    {
        _entries.Remove(entry);
        _read++;
        if (entry.WasReturned)
            _redelivered++;
    }

    private static void AssertIs(Entry expected, in Message message)
    {
        Assert.Equal(expected.Payload, message.Span);
        Assert.Equal((expected.Type, expected.Position, expected.WasReturned), (message.Type, message.Position, message.Redelivered));
    }

    private sealed class Entry
    {
        public required long Position { get; init; }

        public required int Granules { get; init; }

        public required Life Life { get; set; }

        public required byte[] Payload { get; set; }

        public required int Type { get; set; }

        public bool WasReturned { get; set; }
    }
}
