using System.Buffers;

namespace RingShm.Tests.Spsc;

/// <summary>
/// A ring beside a queue that says what the ring must answer: contents, order, types, positions, and exactly when it is full.
/// </summary>
internal ref struct RingAgainstQueue
{
    private readonly SpscRing _ring;
    private readonly long _capacity;
    private readonly int _max;
    private readonly Queue<(byte[] Payload, int Type, long Position)> _queue = [];

    private SpscProducer _producer;
    private SpscConsumer _consumer;
    private Claim _claim;
    private Message _lease;
    private int _claimBytes = -1;
    private bool _isLeased;
    private long _producerPosition;
    private long _consumerPosition;
    private long _written;
    private long _read;
    private long _aborted;
    private byte _next;

    public RingAgainstQueue(SpscRing ring)
    {
        _ring = ring;
        _capacity = ring.CapacityBytes;
        _max = (int)ring.MaxMessageBytes;
        _producer = ring.AttachProducer();
        _consumer = ring.AttachConsumer();
    }

    public void Play(RingStep step)
    {
        bool isProducerStep = step.Kind is <= StepKind.AbortClaim or StepKind.RenewProducer;
        bool needsOpenClaim = step.Kind is >= StepKind.CommitClaim and <= StepKind.AbortClaim;
        if (isProducerStep && needsOpenClaim != _claimBytes >= 0)
        {
            if (!needsOpenClaim)
                AssertBusy(step);
            return;
        }

        if (!isProducerStep && (step.Kind == StepKind.CloseLease) != _isLeased)
        {
            if (_isLeased)
                AssertBusy(step);
            return;
        }

        switch (step.Kind)
        {
            case StepKind.Write: Write(step); break;
            case StepKind.WriteBatch: WriteBatch(step); break;
            case StepKind.OpenClaim: OpenClaim(step); break;
            case StepKind.CommitClaim: Commit(_claimBytes, step.Type); break;
            case StepKind.CommitClaimShorter: Commit(Math.Min(_claimBytes, step.Other), step.Type); break;
            case StepKind.CommitThroughWriter: CommitThroughWriter(step); break;
            case StepKind.AbortClaim: Abort(); break;
            case StepKind.Read: Read(); break;
            case StepKind.OpenLease: OpenLease(); break;
            case StepKind.CloseLease: CloseLease(); break;
            case StepKind.ReadBatch: ReadBatch(step); break;
            case StepKind.RenewProducer: _producer.Dispose(); _producer = _ring.AttachProducer(); break;
            case StepKind.RenewConsumer: _consumer.Dispose(); _consumer = _ring.AttachConsumer(); break;
        }
    }

    /// <summary>What is left comes out, and the ring's own account agrees with ours.</summary>
    public void Finish()
    {
        if (_claimBytes >= 0)
            Abort();
        if (_isLeased)
            CloseLease();
        while (_queue.Count > 0)
            Read();
        Read();
        RingInfo info = _ring.GetInfo();
        Assert.Equal((_producerPosition, _consumerPosition), (info.ProducerPosition, info.ConsumerPosition));
        Assert.Equal((_written, _read, _aborted), (info.MessagesWritten, info.MessagesRead, info.ClaimsAborted));
        Assert.Equal(0, info.MessagesRedelivered);
        Assert.Empty(Ring.Verify(_ring.Name).Problems);
    }

    private static long Size(int length) => (8L + length + 7) / 8 * 8;

    /// <summary>The record and the header that follows it must fit.</summary>
    private readonly bool Fits(int length) => _producerPosition - _consumerPosition + Size(length) + 8 <= _capacity;

    private byte[] Payload(int length)
    {
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++)
            payload[i] = _next++;
        return payload;
    }

    private void Written(byte[] payload, int type)
    {
        _queue.Enqueue((payload, type, _producerPosition));
        _producerPosition += Size(payload.Length);
        _written++;
    }

    private void Write(RingStep step)
    {
        byte[] payload = Payload(step.Length);
        bool fits = Fits(step.Length);
        Assert.Equal(fits, _producer.TryWrite(payload, step.Type));
        if (fits)
            Written(payload, step.Type);
    }

    private void WriteBatch(RingStep step)
    {
        byte[][] payloads = new byte[step.Other][];
        for (int i = 0; i < payloads.Length; i++)
            payloads[i] = Payload((step.Length * (i + 1)) % (_max + 1));
        int count = _producer.TryWriteBatch([.. payloads.Select(payload => (ReadOnlyMemory<byte>)payload)], step.Type);
        for (int i = 0; i < count; i++)
        {
            Assert.True(Fits(payloads[i].Length), "a batch wrote more than fits");
            Written(payloads[i], step.Type);
        }

        Assert.True(count == payloads.Length || !Fits(payloads[count].Length), "a batch wrote less than fits");
    }

    private void OpenClaim(RingStep step)
    {
        bool fits = Fits(step.Length);
        Assert.Equal(fits, _producer.TryClaim(step.Length, out _claim));
        if (!fits)
            return;
        _claimBytes = step.Length;
        Assert.Equal(step.Length, _claim.Span.Length);
    }

    private void Commit(int length, int type)
    {
        byte[] payload = Payload(length);
        _claim.Span.Fill(0xEE);
        payload.CopyTo(_claim.Span);
        _claim.Commit(length, type);
        _claim.Dispose();
        _claimBytes = -1;
        Written(payload, type);
    }

    private void CommitThroughWriter(RingStep step)
    {
        byte[] payload = Payload(Math.Min(_claimBytes, step.Length));
        // Even an empty write asks for a buffer that is not empty, and a claim of nothing has none.
        if (payload.Length > 0)
            _claim.Writer.Write(payload);
        _claim.Commit();
        _claimBytes = -1;
        Written(payload, 0);
    }

    private void Abort()
    {
        _claim.Span.Fill(0xDD);
        _claim.Dispose();
        _claimBytes = -1;
        _aborted++;
    }

    private void Read()
    {
        OpenLease();
        if (_isLeased)
            CloseLease();
    }

    private void OpenLease()
    {
        Assert.Equal(_queue.Count > 0, _consumer.TryRead(out _lease));
        if (_queue.Count == 0)
            return;
        _isLeased = true;
        AssertIs(_queue.Peek(), _lease);
    }

    private void CloseLease()
    {
        // It was not written over while the producer went on.
        AssertIs(_queue.Peek(), _lease);
        _lease.Dispose();
        _isLeased = false;
        Released();
    }

    private void ReadBatch(RingStep step)
    {
        int limit = step.Other + 1;
        int expected = Math.Min(limit, _queue.Count);
        Queue<(byte[] Payload, int Type, long Position)> rest = new(_queue);
        int read = _consumer.TryReadBatch(static (in Message message, Queue<(byte[], int, long)> queue) => AssertIs(queue.Dequeue(), message), rest, limit);
        Assert.Equal(expected, read);
        for (int i = 0; i < read; i++)
            Released();
    }

    private void Released()
    {
        _consumerPosition += Size(_queue.Dequeue().Payload.Length);
        _read++;
    }

    private static void AssertIs((byte[] Payload, int Type, long Position) expected, in Message message)
    {
        Assert.Equal(expected.Payload, message.Span);
        Assert.Equal((expected.Type, expected.Position, false), (message.Type, message.Position, message.Redelivered));
    }

    /// <summary>A handle with something open refuses everything else, and nothing changes by it.</summary>
    private readonly void AssertBusy(RingStep step)
    {
        bool refused = false;
        try
        {
            switch (step.Kind)
            {
                case StepKind.Write: _producer.TryWrite([], step.Type); break;
                case StepKind.WriteBatch: _producer.TryWriteBatch([], step.Type); break;
                case StepKind.OpenClaim: _producer.TryClaim(step.Length, out _); break;
                case StepKind.Read or StepKind.OpenLease: _consumer.TryRead(out _); break;
                case StepKind.ReadBatch: _consumer.TryReadBatch(static (in Message _) => { }, 1); break;
                default: return;
            }
        }
        catch (InvalidOperationException)
        {
            refused = true;
        }

        Assert.True(refused, $"{step.Kind} went through while something was open");
    }
}
