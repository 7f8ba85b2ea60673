using RingShm.Memory;
using RingShm.Mpmc;
using RingShm.TestPeer.Commands;

namespace RingShm.TestPeer.Killing;

/// <summary>
/// The participant that dies, and its notes of what it was about to do and what it has done. If it only stops for a while, the
/// others may leave it no room and no message; then it does less.
/// </summary>
internal sealed unsafe class MpmcVictim(KillingMpmcRing ring, Ledger notes, Ledger taken, long id)
{
    private const int Batch = MpmcDieCommand.BatchMessages;

    private readonly MessagePattern _pattern = MpmcDieCommand.PatternFor(ring.MaxMessageBytes);
    private MpmcProducerCore<KillingMemory, FreedWords<KillingMemory>> _producer;
    private MpmcConsumerCore<KillingMemory> _consumer;

    /// <summary>Writes before the operation under test, and leaves in good order.</summary>
    public void Write(int messages)
    {
        _producer = ring.AttachProducer();
        for (int i = 0; i < messages; i++)
            WriteOne();
        ring.Detach();
    }

    public void LookAsProducer(Action leaveCorpses)
    {
        leaveCorpses();
        _producer = ring.AttachProducer();
        // Until the ring is full: then it waits for what the dead consumer holds.
        int length = ring.MaxMessageBytes;
        while (_producer.TryClaim(length, out OpenSlot filler))
            _ = _producer.TryAbort(filler.Position);
        KillingMemory.IsArmed = true;
        _ = _producer.LookForTheDead(ring.Oracle);
        if (_producer.TryClaim(length, out OpenSlot claim))
            _ = _producer.TryAbort(claim.Position);
    }

    public void LookAsConsumer(Action leaveCorpses)
    {
        leaveCorpses();
        _consumer = ring.AttachConsumer();
        // Until it stands before the dead producer's hole.
        while (TryTakeAndRelease())
        {
        }

        KillingMemory.IsArmed = true;
        _ = _consumer.LookForTheDead(ring.Oracle);
        _ = TryTakeAndRelease();
        _ = TryTakeAndRelease();
    }

    public void Produce(MpmcKill operation)
    {
        _producer = ring.AttachProducer();
        KillingMemory.IsArmed = true;
        switch (operation)
        {
            case MpmcKill.Write:
                WriteOne();
                break;
            case MpmcKill.WriteThenDetach:
                WriteOne();
                ring.Detach();
                break;
            case MpmcKill.WriteBatch:
                long first = Begin(Batch);
                ReadOnlyMemory<byte>[] messages = [.. Enumerable.Range(0, Batch).Select(i => (ReadOnlyMemory<byte>)Bytes(first + i))];
                Finish(first, Batch, _producer.TryWriteBatch(messages, MessageId.TypeOf(first)));
                break;
            case MpmcKill.Commit:
                OpenSlot claim = Claim(out long claimed);
                Commit(claim, claimed);
                break;
            case MpmcKill.Abort:
                OpenSlot given = Claim(out long givenUp);
                Abort(given, givenUp);
                break;
            case MpmcKill.TwoClaims:
                OpenSlot older = Claim(out long olderId);
                OpenSlot newer = Claim(out long newerId);
                Commit(older, olderId);
                Abort(newer, newerId);
                break;
            case MpmcKill.TypedWrite:
                long one = Begin(1);
                Finish(one, 1, _producer.TryWrite(_pattern.ValueOf<Value40>(one), type: 0) ? 1 : 0);
                break;
            default:
                long start = Begin(Batch);
                ReadOnlySpan<Value40> values =
                    [_pattern.ValueOf<Value40>(start), _pattern.ValueOf<Value40>(start + 1), _pattern.ValueOf<Value40>(start + 2)];
                Finish(start, Batch, _producer.TryWriteBatch(values, type: 0));
                break;
        }
    }

    public void Consume(MpmcKill operation)
    {
        _consumer = ring.AttachConsumer();
        if (operation == MpmcKill.ReturnAgain)
        {
            ReturnAgain();
            return;
        }

        if (operation == MpmcKill.TakeReturned)
            SettleSome(settled: 0);
        KillingMemory.IsArmed = true;
        switch (operation)
        {
            case MpmcKill.Lease or MpmcKill.TakeReturned:
                Release(Take());
                break;
            case MpmcKill.LeaseThenDetach:
                Release(Take());
                ring.Detach();
                break;
            case MpmcKill.TwoLeases:
                OpenSlot older = Take();
                OpenSlot newer = Take();
                Release(older);
                Release(newer);
                break;
            case MpmcKill.PassOverSkips:
                while (TryTakeAndRelease())
                {
                }

                break;
            case MpmcKill.Batch:
                SettleSome(settled: Batch);
                break;
            case MpmcKill.SettlePart:
                SettleSome(settled: 1);
                break;
            case MpmcKill.SettleNone:
                SettleSome(settled: 0);
                break;
            case MpmcKill.TypedRead:
                if (!_consumer.TryRead(out Value40 value))
                    throw new MismatchException("nothing to read");
                Log(MpmcSink.NoPosition, _pattern.CheckValue(value), isFlagged: false);
                break;
            default:
                Value40[] values = new Value40[Batch];
                int count = _consumer.TryReadBatch<Value40>(values);
                for (int i = 0; i < count; i++)
                    Log(MpmcSink.NoPosition, _pattern.CheckValue(values[i]), isFlagged: false);
                break;
        }
    }

    private void WriteOne()
    {
        long message = Begin(1);
        Finish(message, 1, _producer.TryWrite(Bytes(message), MessageId.TypeOf(message)) ? 1 : 0);
    }

    private OpenSlot Claim(out long message)
    {
        message = MessageId.Of(id, notes.Attempted++);
        byte[] bytes = Bytes(message);
        if (!_producer.TryClaim(Math.Min(bytes.Length + 30, ring.MaxMessageBytes), out OpenSlot claim))
            return LeftWithout("room for a claim");
        KillingMemory.CopyIn(_producer.PayloadAt(claim.Position), bytes, Edge.M5);
        return claim;
    }

    private void Commit(in OpenSlot claim, long message)
    {
        if (!claim.IsOpen)
            return;
        notes.Note(MessageId.SequenceOf(message), (long)MessageFate.Begun);
        if (!_producer.TryCommit(claim.Position, _pattern.LengthOf(message), MessageId.TypeOf(message)))
            throw new MismatchException("the claim was not open");
        notes.Note(MessageId.SequenceOf(message), (long)MessageFate.Published);
    }

    private void Abort(in OpenSlot claim, long message)
    {
        if (!claim.IsOpen)
            return;
        notes.Note(MessageId.SequenceOf(message), (long)MessageFate.GivenUp);
        if (!_producer.TryAbort(claim.Position))
            throw new MismatchException("the claim was not open");
    }

    private OpenSlot Take()
    {
        if (!_consumer.TryTake(out OpenSlot lease))
            return LeftWithout("a message to take");
        if (!_consumer.TryRecordOf(lease, out MpmcRecord record))
            throw new MismatchException("a damaged record");
        Log(lease.Position, Check(record), lease.IsRedelivered);
        return lease;
    }

    private bool TryTakeAndRelease()
    {
        if (!_consumer.TryTake(out OpenSlot lease))
            return false;
        if (!_consumer.TryRecordOf(lease, out MpmcRecord record))
            throw new MismatchException("a damaged record");
        Log(lease.Position, Check(record), lease.IsRedelivered);
        Release(lease);
        return true;
    }

    private void Release(in OpenSlot lease)
    {
        if (lease.IsOpen && !_consumer.TryRelease(lease.Position))
            throw new MismatchException("the lease was not open");
    }

    /// <summary>
    /// Holds one returned message while the survivors take the others, so that they have no reason to look for more; then returns
    /// it once more.
    /// </summary>
    private void ReturnAgain()
    {
        SettleSome(settled: 0);
        int count = TakeBatch(out OpenSlot batch);
        PeerSignals.Say("holding");
        PeerSignals.WaitForParent();
        KillingMemory.IsArmed = true;
        _consumer.SettleBatch(batch, count, settled: 0);
    }

    /// <summary>As the public batch: take, hand out, settle.</summary>
    private void SettleSome(int settled)
    {
        int count = TakeBatch(out OpenSlot batch);
        if (count > 0)
            _consumer.SettleBatch(batch, count, Math.Min(settled, count));
    }

    private int TakeBatch(out OpenSlot batch)
    {
        int count = _consumer.TryTakeBatch(Batch, out batch);
        long position = batch.Position;
        for (int i = 0; i < count; i++)
        {
            if (!_consumer.TryRecordAt(position, out MpmcRecord record, out long next))
                throw new MismatchException($"the record at {position} is damaged");
            Log(position, Check(record), batch.IsRedelivered);
            position = next;
        }

        return count;
    }

    private long Check(in MpmcRecord record) => _pattern.CheckNumbered(new ReadOnlySpan<byte>(record.Payload, record.LengthBytes));

    private void Log(long position, long message, bool isFlagged)
    {
        taken.Log(position, redelivered: false);
        taken.Log(message, isFlagged);
    }

    private byte[] Bytes(long message)
    {
        byte[] bytes = new byte[_pattern.LengthOf(message)];
        _pattern.Fill(bytes, message);
        return bytes;
    }

    private long Begin(int count)
    {
        long first = notes.Attempted;
        notes.Attempted = first + count;
        for (int i = 0; i < count; i++)
            notes.Note(first + i, (long)MessageFate.Begun);
        return MessageId.Of(id, first);
    }

    private void Finish(long first, int count, int written)
    {
        if (written != count)
            _ = LeftWithout($"room for {count - written} of {count} messages");
        for (int i = 0; i < count; i++)
            notes.Note(MessageId.SequenceOf(first) + i, (long)(i < written ? MessageFate.Published : MessageFate.Unborn));
    }

    private static OpenSlot LeftWithout(string what) =>
        KillingMemory.OnlyStops ? OpenSlot.None : throw new MismatchException($"the test left no {what}");
}
