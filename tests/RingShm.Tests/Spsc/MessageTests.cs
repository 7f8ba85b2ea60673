using System.Buffers.Binary;

namespace RingShm.Tests.Spsc;

public sealed class MessageTests
{
    [Fact]
    public void A_message_arrives_with_its_bytes_type_and_position()
    {
        using RingPair pair = new();
        Assert.True(pair.Producer.TryWrite("one"u8, 7));
        Assert.True(pair.Producer.TryWrite("twelve bytes"u8, -1));
        (byte[] payload, int type, long position) = pair.Next();
        Assert.Equal("one"u8, payload);
        Assert.Equal((7, 0L), (type, position));
        (payload, type, position) = pair.Next();
        Assert.Equal("twelve bytes"u8, payload);
        Assert.Equal((-1, 16L), (type, position));
        pair.AssertEmpty();
    }

    [Fact]
    public void An_empty_message_is_a_message()
    {
        using RingPair pair = new();
        Assert.True(pair.Producer.TryWrite([]));
        Assert.Empty(pair.Next().Payload);
        pair.AssertEmpty();
    }

    [Fact]
    public void Every_length_up_to_the_longest_arrives_whole_at_every_alignment()
    {
        using RingPair pair = new(256, 240);
        byte[] payload = [.. Enumerable.Range(0, 240).Select(i => (byte)(i ^ 0x5A))];
        for (int round = 0; round < 3; round++)
        {
            for (int length = 0; length <= 240; length++)
            {
                Assert.True(pair.Producer.TryWrite(payload.AsSpan(0, length), length));
                (byte[] read, int type, _) = pair.Next();
                Assert.Equal(length, type);
                Assert.Equal(payload[..length], read);
            }
        }
    }

    [Theory]
    [InlineData(33)]
    [InlineData(1 << 20)]
    public void A_message_that_the_ring_can_never_carry_throws_with_both_lengths(int length)
    {
        using RingPair pair = new(64);
        byte[] message = new byte[length];
        Action[] ways =
        [
            () => pair.Producer.TryWrite(message),
            () => pair.Producer.TryClaim(length, out _),
            () => pair.Producer.Write(message, TimeSpan.Zero),
            () => pair.Producer.TryWriteBatch([message]),
        ];
        foreach (Action way in ways)
        {
            MessageTooLargeException refused = Assert.Throws<MessageTooLargeException>(way);
            Assert.Equal((length, 32L), (refused.LengthBytes, refused.MaxMessageBytes));
            Assert.Contains($"{length} bytes", refused.Message);
            Assert.Contains("32 bytes", refused.Message);
        }

        Assert.True(pair.Producer.TryWrite(message.AsSpan(0, 32)));
        Assert.Equal(32, pair.Next().Payload.Length);
    }

    [Fact]
    public void A_full_ring_says_false_and_takes_the_message_again_when_there_is_room()
    {
        using RingPair pair = new(64);
        pair.Fill();
        Assert.False(pair.Producer.TryWrite([]));
        Assert.False(pair.Producer.TryClaim(0, out _));
        Assert.Equal(0, pair.Producer.TryWriteBatch([Array.Empty<byte>()]));
        Assert.Equal(56, pair.Ring.GetInfo().UsedBytes);
        pair.Next();
        Assert.True(pair.Producer.TryWrite([]));
        Assert.False(pair.Producer.TryWrite([]));
    }

    [Fact]
    public void A_message_that_crosses_the_end_of_the_ring_is_contiguous_at_both_ends()
    {
        using RingPair pair = new(128, 100);
        for (int round = 0; round < 100; round++)
        {
            Assert.True(pair.Producer.TryClaim(96, out Claim claim));
            using (claim)
            {
                claim.Span.Fill((byte)round);
                claim.Commit(89);
            }

            (byte[] payload, _, _) = pair.Next();
            Assert.Equal(89, payload.Length);
            Assert.False(payload.AsSpan().ContainsAnyExcept((byte)round));
        }
    }

    [Fact]
    public void Values_arrive_in_order_across_many_laps()
    {
        using TestRegion region = new();
        using SpscRing<long> ring = SpscRing<long>.Create(region, new RingOptions { CapacityBytes = 64 });
        using SpscProducer<long> producer = ring.AttachProducer();
        using SpscConsumer<long> consumer = ring.AttachConsumer();
        Assert.False(consumer.TryRead(out long value));
        for (long i = 0; i < 1000; i += 3)
        {
            for (int k = 0; k < 3; k++)
                Assert.True(producer.TryWrite(i + k));
            Assert.False(producer.TryWrite(i));
            for (int k = 0; k < 3; k++)
            {
                Assert.True(consumer.TryRead(out value));
                Assert.Equal(i + k, value);
            }

            Assert.False(consumer.TryRead(out value));
        }
    }

    [Fact]
    public void A_value_of_any_size_arrives_whole()
    {
        AssertRoundTrip<byte>(0xAB);
        AssertRoundTrip(('x', 3.5, Guid.NewGuid()));
        AssertRoundTrip(decimal.MaxValue);
        AssertRoundTrip((decimal.One, Guid.NewGuid(), decimal.MinValue, (1, 2L, (byte)3), Guid.NewGuid(), decimal.MinusOne));
    }

    [Fact]
    public void Two_threads_exchange_every_message_in_order()
    {
        const int Messages = 300_000;
        using RingPair pair = new(512, 64);
        Watchdog.Run(
            () =>
            {
                Span<byte> buffer = stackalloc byte[64];
                for (int i = 0; i < Messages; i++)
                {
                    int length = 4 + (i % 61);
                    buffer[..length].Fill((byte)i);
                    BinaryPrimitives.WriteInt32LittleEndian(buffer, i);
                    Assert.True(pair.Producer.Write(buffer[..length], i, Timeout.InfiniteTimeSpan, default));
                }
            },
            () =>
            {
                for (int i = 0; i < Messages; i++)
                {
                    Assert.True(pair.Consumer.Read(out Message message, Timeout.InfiniteTimeSpan));
                    using (message)
                    {
                        if (message.Type != i || message.Span.Length != 4 + (i % 61)
                            || BinaryPrimitives.ReadInt32LittleEndian(message.Span) != i
                            || message.Span[4..].ContainsAnyExcept((byte)i))
                            Assert.Fail($"message {i} is {message.Type}, {message.Span.Length} bytes");
                    }
                }
            });
        pair.AssertEmpty();
    }

    private static void AssertRoundTrip<T>(T value)
        where T : unmanaged
    {
        using TestRegion region = new();
        using SpscRing<T> ring = SpscRing<T>.Create(region, new RingOptions { CapacityBytes = 8192 });
        using SpscProducer<T> producer = ring.AttachProducer();
        using SpscConsumer<T> consumer = ring.AttachConsumer();
        for (int i = 0; i < 100; i++)
        {
            Assert.True(producer.TryWrite(value));
            Assert.True(consumer.TryRead(out T read));
            Assert.Equal(value, read);
        }
    }
}
