using System.Buffers;

namespace RingShm.Tests.Contract;

/// <summary>
/// What every ring promises to a producer and a consumer, whatever its kind and layout. A kind's own tests are about what it
/// promises beside this.
/// </summary>
public abstract partial class RingContract
{
    /// <summary>Room for some eight messages, the longest of at least 40 bytes.</summary>
    private protected abstract ContractRing Make();

    [Fact]
    public void A_message_arrives_with_its_bytes_and_type_in_order()
    {
        using ContractRing ring = Make();
        Assert.True(ring.TryWrite("one"u8, 7));
        Assert.True(ring.TryWrite("twelve bytes"u8, int.MinValue));
        Assert.True(ring.TryWrite([]));
        (byte[] payload, int type, bool redelivered) = ring.Next();
        Assert.Equal("one"u8, payload);
        Assert.Equal((7, false), (type, redelivered));
        (payload, type, redelivered) = ring.Next();
        Assert.Equal("twelve bytes"u8, payload);
        Assert.Equal((int.MinValue, false), (type, redelivered));
        Assert.Empty(ring.Next().Payload);
        ring.AssertEmpty();
    }

    [Fact]
    public void Every_length_arrives_whole_at_every_place()
    {
        using ContractRing ring = Make();
        byte[] payload = [.. Enumerable.Range(0, ring.MaxMessageBytes).Select(i => (byte)(i ^ 0x5A))];
        for (int round = 0; round < 3; round++)
        {
            for (int length = 0; length <= payload.Length; length++)
            {
                Assert.True(ring.TryWrite(payload.AsSpan(0, length), length));
                (byte[] read, int type, _) = ring.Next();
                Assert.Equal(length, type);
                Assert.Equal(payload[..length], read);
            }
        }
    }

    [Fact]
    public void A_message_that_the_ring_can_never_carry_throws_with_both_lengths()
    {
        using ContractRing ring = Make();
        int max = ring.MaxMessageBytes;
        byte[] message = new byte[max + 1];
        Action[] ways =
        [
            () => ring.TryWrite(message),
            () => ring.TryClaim(max + 1, out _),
            () => ring.Write(message, 0, TimeSpan.Zero),
            () => ring.TryWriteBatch([message]),
        ];
        foreach (Action way in ways)
        {
            MessageTooLargeException refused = Assert.Throws<MessageTooLargeException>(way);
            Assert.Equal((max + 1L, (long)max), (refused.LengthBytes, refused.MaxMessageBytes));
        }

        ring.AssertEmpty();
        Assert.True(ring.TryWrite(message.AsSpan(1)));
        Assert.Equal(max, ring.Next().Payload.Length);
    }

    [Fact]
    public void A_full_ring_says_false_and_takes_the_message_when_there_is_room()
    {
        using ContractRing ring = Make();
        ring.Fill();
        for (int i = 0; i < 10; i++)
        {
            Assert.False(ring.TryWrite([]));
            Assert.False(ring.TryClaim(0, out _));
            Assert.Equal(0, ring.TryWriteBatch([Array.Empty<byte>()]));
        }

        ring.Next();
        Assert.True(ring.TryWrite([]));
        Assert.False(ring.TryWrite([]));
    }

    [Fact]
    public void Consumer_never_observes_an_uncommitted_claim()
    {
        using ContractRing ring = Make();
        Assert.True(ring.TryClaim(10, out Claim claim));
        claim.Span.Fill(1);
        ring.AssertEmpty();
        claim.Commit(10, 5);
        Assert.Equal(5, ring.Next().Type);
    }

    [Fact]
    public void A_commit_may_be_shorter_than_the_claim()
    {
        using ContractRing ring = Make();
        Assert.True(ring.TryClaim(40, out Claim claim));
        Assert.Equal(40, claim.Span.Length);
        claim.Span[0] = 0x77;
        claim.Commit(1);
        Assert.True(ring.TryWrite("next"u8));
        Assert.Equal([0x77], ring.Next().Payload);
        Assert.Equal("next"u8, ring.Next().Payload);
    }

    [Fact]
    public void A_claim_disposed_without_commit_leaves_nothing_and_is_counted()
    {
        using ContractRing ring = Make();
        Assert.True(ring.TryClaim(40, out Claim claim));
        claim.Span.Fill(0xFF);
        claim.Dispose();
        claim.Dispose();
        ring.AssertEmpty();
        Assert.True(ring.TryWrite("after"u8));
        Assert.Equal("after"u8, ring.Next().Payload);
        RingInfo info = ring.GetInfo();
        Assert.Equal((1L, 1L), (info.ClaimsAborted, info.MessagesWritten));
    }

    [Fact]
    public void A_claim_that_is_over_can_neither_commit_nor_abort_a_later_one()
    {
        using ContractRing ring = Make();
        for (int round = 0; round < 40; round++)
        {
            Assert.True(ring.TryClaim(4, out Claim first));
            if (round % 2 == 0)
                first.Commit(4);
            first.Dispose();
            if (round % 2 == 0)
                ring.Next();
            Assert.True(ring.TryClaim(8, out Claim second));
            first.Dispose();
            AssertOver<InvalidOperationException>(first);
            second.Commit(8);
            Assert.Equal(8, ring.Next().Payload.Length);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    public void A_commit_of_a_wrong_length_names_it_and_leaves_the_claim_open(int length)
    {
        using ContractRing ring = Make();
        Assert.True(ring.TryClaim(4, out Claim claim));
        string? message = null;
        try
        {
            claim.Commit(length);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            message = exception.Message;
        }

        Assert.Contains(length.ToString(), message);
        claim.Commit(3);
        Assert.Equal(3, ring.Next().Payload.Length);
    }

    [Fact]
    public void A_claim_that_was_refused_is_over()
    {
        using ContractRing ring = Make();
        ring.Fill();
        Assert.False(ring.TryClaim(1, out Claim none));
        none.Dispose();
        AssertOver<InvalidOperationException>(none);
        Assert.Contains("-1", Assert.Throws<ArgumentOutOfRangeException>(() => ring.TryClaim(-1, out _)).Message);
    }

    [Fact]
    public void A_writer_fills_the_claim_and_cannot_reach_the_ring_after_it()
    {
        using ContractRing ring = Make();
        Assert.True(ring.TryClaim(10, out Claim claim));
        IBufferWriter<byte> writer = claim.Writer;
        Assert.Same(writer, claim.Writer);
        writer.Write("abc"u8);
        Assert.Contains("7 left of 10", Assert.Throws<ArgumentException>(() => writer.GetSpan(8)).Message);
        Memory<byte> memory = writer.GetMemory(4);
        "defg"u8.CopyTo(memory.Span);
        writer.Advance(4);
        claim.Commit();
        Assert.Equal("abcdefg"u8, ring.Next().Payload);
        Assert.ThrowsAny<ArgumentException>(() => writer.GetSpan());
        Assert.ThrowsAny<ArgumentException>(() => memory.Span[0] = 1);
        Assert.True(ring.TryClaim(6, out Claim next));
        next.Commit();
        Assert.Empty(ring.Next().Payload);
    }

    [Fact]
    public void A_leased_message_is_not_written_over()
    {
        using ContractRing ring = Make();
        byte[] payload = [.. Enumerable.Range(1, 40).Select(i => (byte)i)];
        Assert.True(ring.TryWrite(payload));
        Assert.True(ring.TryRead(out Message message));
        while (ring.TryWrite([0xFF, 0xFF]))
        {
            // Until the ring is full.
        }

        Assert.Equal(payload, message.Span);
        message.Dispose();
        message.Dispose();
        Assert.True(ring.TryWrite([1, 2]));
        Assert.Equal(1, ring.GetInfo().MessagesRead);
    }

    [Fact]
    public void A_message_outlives_its_handle_and_its_ring_object()
    {
        using ContractRing ring = Make();
        ring.TryWrite("still here"u8);
        Assert.True(ring.TryRead(out Message message));
        ring.ConsumerHandle.Dispose();
        ring.Ring.Dispose();
        Assert.Equal("still here"u8, message.Span);
        message.Dispose();
        Assert.Throws<ObjectDisposedException>(() => ring.TryRead(out _));
    }

    [Fact]
    public void A_handle_disposed_under_an_open_claim_publishes_nothing()
    {
        using ContractRing ring = Make();
        Assert.True(ring.TryClaim(4, out Claim claim));
        ring.ProducerHandle.Dispose();
        AssertOver<ObjectDisposedException>(claim);
        claim.Dispose();
        ring.RenewProducer();
        Assert.True(ring.TryWrite("new"u8));
        Assert.Equal("new"u8, ring.Next().Payload);
        ring.AssertEmpty();
    }

    [Fact]
    public void A_batch_writes_what_fits_in_order_and_stops_before_a_message_that_is_too_long()
    {
        using ContractRing ring = Make();
        ReadOnlyMemory<byte>[] messages = [.. Enumerable.Range(0, 300).Select(i => (ReadOnlyMemory<byte>)new byte[] { (byte)i, 1 })];
        int count = ring.TryWriteBatch(messages, 9);
        Assert.InRange(count, 4, 299);
        Assert.Equal(0, ring.TryWriteBatch(messages));
        for (int i = 0; i < count; i++)
        {
            (byte[] payload, int type, _) = ring.Next();
            Assert.Equal([(byte)i, 1], payload);
            Assert.Equal(9, type);
        }

        messages[1] = new byte[ring.MaxMessageBytes + 1];
        Assert.Equal(1, ring.TryWriteBatch(messages));
        Assert.Throws<MessageTooLargeException>(() => ring.TryWriteBatch(messages.AsSpan(1)));
        Assert.Equal(0, ring.TryWriteBatch([]));
        ring.Next();
        ring.AssertEmpty();
        Assert.Equal(count + 1, ring.GetInfo().MessagesWritten);
    }

    [Fact]
    public void A_source_that_throws_in_a_batch_leaves_nothing_that_anybody_waits_for()
    {
        using ContractRing ring = Make();
        ring.TryWrite("before"u8);
        ReadOnlyMemory<byte>[] messages = [new BrokenMemory().Memory, new byte[8]];
        Assert.Throws<NotSupportedException>(() => ring.TryWriteBatch(messages));
        Assert.Equal("before"u8, ring.Next().Payload);
        ring.AssertEmpty();
        Assert.True(ring.TryWrite("after"u8));
        Assert.Equal("after"u8, ring.Next().Payload);
        ring.AssertEmpty();
        Assert.True(Ring.Verify(ring.Name).IsClean);
    }

    [Fact]
    public void A_batch_is_read_in_order_up_to_its_limit_and_handed_back()
    {
        using ContractRing ring = Make();
        for (byte i = 0; i < 5; i++)
            Assert.True(ring.TryWrite([i], i));
        List<int> seen = [];
        MessageHandler handler = (in Message message) =>
        {
            seen.Add(message.Span[0] + (100 * message.Type));
            message.Dispose();
        };
        Assert.Equal(4, ring.TryReadBatch(handler, 4));
        Assert.Equal([0, 101, 202, 303], seen);
        Assert.Equal(1, ring.TryReadBatch(handler, 4));
        Assert.Equal(0, ring.TryReadBatch((in Message _) => Assert.Fail("there is none"), 4));
        Assert.Equal(5, ring.GetInfo().MessagesRead);
        Assert.Contains("-3", Assert.Throws<ArgumentOutOfRangeException>(() => ring.TryReadBatch(handler, -3)).Message);
        Assert.Throws<ArgumentNullException>(() => ring.TryReadBatch(null!, 1));
    }

    [Fact]
    public void What_a_batch_did_not_settle_comes_again()
    {
        using ContractRing ring = Make();
        for (byte i = 0; i < 5; i++)
            Assert.True(ring.TryWrite([i]));
        Assert.Throws<FormatException>(() => ring.TryReadBatch(
            static (in Message message) =>
            {
                if (message.Span[0] == 2)
                    throw new FormatException();
            }, 10));
        Assert.Equal(2, ring.GetInfo().MessagesRead);
        Assert.Equal(2, ring.Next().Payload[0]);
        HashSet<byte> rest = [];
        while (ring.TryReadBatch((in Message message) => rest.Add(message.Span[0]), static (messages, _) => messages, 10) > 0)
        {
            // A ring may hand back what comes again one at a time.
        }

        Assert.Equal(new byte[] { 3, 4 }, rest.Order());
        Assert.Equal(5, ring.GetInfo().MessagesRead);
        Assert.True(ring.TryWrite([9]));
        Assert.Equal(0, ring.TryReadBatch(static (in Message _) => { }, static (_, _) => 0, 10));
        Assert.Throws<InvalidOperationException>(() => ring.TryReadBatch(static (in Message _) => { }, static (messages, _) => messages + 1, 10));
        Assert.Throws<InvalidOperationException>(() => ring.TryReadBatch(static (in Message _) => { }, static (_, _) => -1, 10));
        Assert.Throws<FormatException>(() => ring.TryReadBatch(static (in Message _) => { }, static (_, _) => throw new FormatException(), 10));
        Assert.Equal(9, ring.Next().Payload[0]);
        ring.AssertEmpty();
    }

    [Fact]
    public void A_handler_that_uses_its_own_handle_is_refused_and_one_that_disposes_everything_is_not()
    {
        using ContractRing ring = Make();
        ring.TryWrite([1]);
        Assert.Throws<InvalidOperationException>(() => ring.TryReadBatch((in Message _) => ring.TryRead(out Message _), 1));
        int seen = 0;
        Assert.Equal(1, ring.TryReadBatch(
            (in Message message) =>
            {
                ring.ConsumerHandle.Dispose();
                ring.Ring.Dispose();
                seen += message.Span[0];
            }, 1));
        Assert.Equal(1, seen);
        Assert.Throws<ObjectDisposedException>(() => ring.TryRead(out _));
    }

    private static void AssertOver<TException>(Claim claim)
        where TException : Exception
    {
        bool refused = false;
        try
        {
            claim.Commit(0);
        }
        catch (TException)
        {
            refused = true;
        }

        Assert.True(refused, "a claim that is over was committed");
    }

    private sealed class BrokenMemory : MemoryManager<byte>
    {
        public override Memory<byte> Memory => CreateMemory(8);

        public override Span<byte> GetSpan() => throw new NotSupportedException();

        public override MemoryHandle Pin(int elementIndex = 0) => throw new NotSupportedException();

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
