using RingShm.Layout;
using RingShm.Memory;
using RingShm.Mpmc;

namespace RingShm.Tests.Mpmc;

/// <summary>Whatever the bytes are: a typed exception at the most, nothing outside the region, no endless loop.</summary>
public sealed unsafe class CorruptRingTests
{
    [Theory]
    [InlineData(-1L)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    [InlineData((1L << 62) + 1)]
    public void Positions_that_no_ring_has_are_named_and_refused(long position)
    {
        using MpmcStage stage = new();
        *stage.Map.ProducerPosition = position;
        *stage.Map.ConsumerPosition = position;
        Assert.Contains(position.ToString(), Assert.Throws<RingCorruptException>(() => stage.Producer(out _)).Message);
        MpmcConsumerCore<DirectMemory> consumer = stage.Consumer(out _);
        Assert.Contains(position.ToString(), Assert.Throws<RingCorruptException>(() => consumer.TryTake(out _)).Message);
        Assert.Contains(position.ToString(), Assert.Throws<RingCorruptException>(() => consumer.TryTakeBatch(3, out _)).Message);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MaxValue - 3)]
    [InlineData((1L << 62) + 1)]
    public void A_position_that_goes_wrong_under_a_producer_is_named_and_refused(long position)
    {
        using MpmcStage stage = new();
        MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>> producer = stage.Producer(out _);
        Assert.True(producer.TryWrite([], 0));
        *stage.Map.ProducerPosition = position;
        Assert.Contains(position.ToString(), Assert.Throws<RingCorruptException>(() => producer.TryWrite(new byte[300], 0)).Message);
        Assert.Contains(position.ToString(), Assert.Throws<RingCorruptException>(() => producer.TryClaim(0, out _)).Message);
    }

    [Theory]
    [InlineData(6L)] // no state
    [InlineData(7L)]
    [InlineData(1L)] // no granules
    [InlineData(2L)]
    [InlineData((7L << 3) | 1)] // more granules than the longest message has
    [InlineData((65535L << 3) | 2)]
    [InlineData((1L << 32) | 9)] // a later lap at a position that is not out of date
    [InlineData((5L << 32) | 9)]
    [InlineData(1L << 32)]
    [InlineData((1L << 19) | 9)] // an owner in a full word
    [InlineData((1L << 3) | 4)] // leased, and the position did not move
    public void A_word_that_no_participant_leaves_there_is_refused_with_its_place_and_value(long word)
    {
        using MpmcStage stage = new();
        *stage.Map.ProducerPosition = 16;
        *stage.Map.WordAt(0) = word;
        MpmcConsumerCore<DirectMemory> consumer = stage.Consumer(out _);
        string message = Assert.Throws<RingCorruptException>(() => consumer.TryTake(out _)).Message;
        Assert.Contains("position 0", message);
        Assert.Contains($"0x{word:X16}", message);
        Assert.Contains("position 0", Assert.Throws<RingCorruptException>(() => consumer.TryTakeBatch(2, out _)).Message);
    }

    [Fact]
    public void A_word_of_an_impossible_lap_is_refused_by_producers_too()
    {
        using MpmcStage stage = new();
        *stage.Map.ProducerPosition = 5 * 16;
        *stage.Map.ConsumerPosition = 5 * 16;
        MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>> producer = stage.Producer(out _);
        // Two laps behind.
        *stage.Map.WordAt(0) = MpmcWord.Full(3, 1);
        string message = Assert.Throws<RingCorruptException>(() => producer.TryWrite([], 0)).Message;
        Assert.Contains("position 80", message);
        // A lap ahead, and the position does not move.
        *stage.Map.WordAt(0) = MpmcWord.Free(6);
        Assert.Contains("80", Assert.Throws<RingCorruptException>(() => producer.TryWrite([], 0)).Message);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(57)] // more than its granule holds
    [InlineData(301)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void A_length_that_no_producer_writes_is_refused_and_what_is_behind_it_can_be_read(int length)
    {
        using TestFolder folder = new();
        using MpmcRing ring = MpmcRing.Create(folder.File(), new RingOptions { CapacityBytes = 1024, MaxMessageBytes = 300, MaxParticipants = 4 });
        using MpmcProducer producer = ring.AttachProducer();
        using MpmcConsumer consumer = ring.AttachConsumer();
        Assert.True(producer.TryWrite([], 1));
        Assert.True(producer.TryWrite([], 2));
        long data = RingGeometry.ForMpmc(1024, 300, 0, 4, 0).DataOffset;
        FileBytes.Write(folder.File(), data, BitConverter.GetBytes(length));
        string message = Assert.Throws<RingCorruptException>(() => consumer.TryReadBatch(static (in Message _) => { }, 5)).Message;
        Assert.Contains("position 0", message);
        Assert.Contains($"{length} bytes", message);
        // The damaged one is let go, the others of that batch were returned.
        Assert.Equal((2, true), MpmcPair.Next(consumer));
        Assert.False(consumer.TryRead(out _));
    }

    [Fact]
    public void A_record_damaged_under_an_open_message_hinders_neither_other_reads_nor_the_handing_back()
    {
        using TestFolder folder = new();
        using MpmcRing ring = MpmcRing.Create(folder.File(), new RingOptions { CapacityBytes = 1024, MaxMessageBytes = 300, MaxParticipants = 4 });
        using MpmcProducer producer = ring.AttachProducer();
        MpmcConsumer consumer = ring.AttachConsumer();
        Assert.True(producer.TryWrite([], 1));
        Assert.True(producer.TryWrite([], 2));
        Assert.True(consumer.TryRead(out Message first));
        FileBytes.Write(folder.File(), RingGeometry.ForMpmc(1024, 300, 0, 4, 0).DataOffset, BitConverter.GetBytes(-1));
        Assert.Equal((2, false), MpmcPair.Next(consumer));
        first.Dispose();
        Assert.Equal(0, ring.GetInfo().UsedBytes);
        // With its lease over the handle has nothing open, and leaves when it is told to.
        consumer.Dispose();
        Assert.Equal(ParticipantRole.Producer, Assert.Single(ring.GetInfo().Participants).Role);
    }

    [Fact]
    public void A_typed_ring_has_no_length_that_could_be_damaged()
    {
        using MpmcStage stage = new(maxMessageBytes: 0, fixedMessageBytes: 8);
        MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>> producer = stage.Producer(out _);
        MpmcConsumerCore<DirectMemory> consumer = stage.Consumer(out _);
        Assert.True(producer.TryWrite(1L, 0));
        Assert.True(producer.TryWrite(2L, 0));
        Assert.False(stage.Map.HasRecordHeaders);
        Assert.Equal((nint)stage.Map.RecordAt(0), (nint)stage.Map.PayloadAt(0));
        // Whatever stands in the slot is a value.
        *(long*)stage.Map.RecordAt(0) = MpmcLayout.EncodeRecord(7, 3);
        Assert.True(consumer.TryRead(out long value));
        Assert.Equal(MpmcLayout.EncodeRecord(7, 3), value);
        long[] values = new long[3];
        Assert.Equal(1, consumer.TryReadBatch(values.AsSpan()));
        Assert.Equal(2, values[0]);
    }

    [Fact]
    public void A_mark_that_names_no_row_is_refused_by_survivors()
    {
        using MpmcStage stage = new();
        *stage.Map.ProducerPosition = 1;
        *stage.Map.WordAt(0) = MpmcWord.Writing(0, 1, 8000);
        MpmcConsumerCore<DirectMemory> consumer = stage.Consumer(out _);
        Assert.Contains("position 0", Assert.Throws<RingCorruptException>(() => consumer.LookForTheDead(stage.Kernel)).Message);
        *stage.Map.WordAt(0) = MpmcWord.Returned(9, 1);
        *stage.Map.Attention = 1;
        Assert.Contains("position 0", Assert.Throws<RingCorruptException>(() => consumer.TryTake(out _)).Message);
    }

    [Fact]
    public void A_sweep_that_meets_damage_leaves_the_row_to_the_dead()
    {
        using MpmcStage stage = new();
        MpmcRow dead = stage.Attach(ParticipantRole.Producer);
        *dead.Marks = 1;
        *stage.Map.ProducerPosition = 1;
        *stage.Map.WordAt(0) = MpmcWord.Writing(9, 1, dead.Index);
        stage.Kill(dead);
        Assert.Contains("position 0", Assert.Throws<RingCorruptException>(
            () => MpmcRecovery<DirectMemory>.SweepAndFree(stage.Map, stage.Kernel, dead, RowLayout.PackOwner(7, 7))).Message);
        Assert.Equal(RowLayout.AbandonedOwner, *dead.Owner);
    }

    [Fact]
    public void A_batch_whose_words_are_damaged_under_it_leaves_the_handle_usable()
    {
        using TestFolder folder = new();
        using MpmcRing ring = MpmcRing.Create(folder.File(), new RingOptions { CapacityBytes = 1024, MaxMessageBytes = 300, MaxParticipants = 4 });
        using MpmcProducer producer = ring.AttachProducer();
        using MpmcConsumer consumer = ring.AttachConsumer();
        for (int type = 0; type < 3; type++)
            Assert.True(producer.TryWrite([], type));
        long words = RingGeometry.ForMpmc(1024, 300, 0, 4, 0).WordsOffset;
        Assert.Throws<RingCorruptException>(() => consumer.TryReadBatch(
            (in Message message) => FileBytes.Write(folder.File(), words + 16, BitConverter.GetBytes(MpmcWord.Full(0, 60))), 5));
        // No more than what the ring's words say is the matter with it.
        consumer.TryRead(out _);
        consumer.Dispose();
        using MpmcConsumer next = ring.AttachConsumer();
    }

    [Fact]
    public void Random_bytes_cost_a_typed_exception_at_the_most()
    {
        Random random = new(3);
        for (int round = 0; round < 2000; round++)
        {
            bool isTyped = round % 5 == 0;
            using MpmcStage stage = new(64 << (round % 5), isTyped ? 0 : 40 + (round % 17), 4, round % 8, isTyped ? 8 : 0);
            MpmcProducerCore<DirectMemory, FreedWords<DirectMemory>> producer = stage.Producer(out _);
            MpmcConsumerCore<DirectMemory> consumer = stage.Consumer(out _);
            MpmcRow dead = stage.Attach((round & 1) == 0 ? ParticipantRole.Producer : ParticipantRole.Consumer);
            stage.Kill(dead);
            Scramble(stage, random);
            for (int i = 0; i < 20; i++)
            {
                int step = i;
                Try(() => producer.TryWrite(new byte[random.Next(producer.MaxMessageBytes + 1)], step));
                Try(() => producer.TryClaim(8, out _));
                Try(() => producer.TryWriteBatch([new byte[3], new byte[40]], 1));
                Try(() => producer.LookForTheDead(stage.Kernel));
                Try(() =>
                {
                    if (consumer.TryTake(out OpenSlot lease) && consumer.TryRecordOf(lease, out MpmcRecord record))
                        new ReadOnlySpan<byte>(record.Payload, record.LengthBytes).ToArray().AsSpan().Clear();
                    if (step % 2 == 0)
                        consumer.TryRelease(lease.Position);
                });
                Try(() =>
                {
                    int messages = consumer.TryTakeBatch(5, out OpenSlot batch);
                    if (messages > 0)
                        consumer.SettleBatch(batch, messages, random.Next(messages + 1));
                });
                Try(() => consumer.LookForTheDead(stage.Kernel));
                Try(() => consumer.IsDrained());
                Try(() => MpmcRecovery<DirectMemory>.SweepAndFree(stage.Map, stage.Kernel, dead, self: 4712));
            }
        }
    }

    [Fact]
    public void A_region_of_random_bytes_behind_a_good_header_opens_verifies_recovers_and_is_refused_in_words()
    {
        Random random = new(4);
        using TestFolder folder = new();
        for (int round = 0; round < 50; round++)
        {
            string path = folder.File($"r{round}");
            MpmcRing.Create(path, new RingOptions { CapacityBytes = 1024, MaxMessageBytes = round % 2 == 0 ? 48 : 300, MaxParticipants = 5 }).Dispose();
            byte[] bytes = new byte[FileBytes.Read(path).Length - 4096];
            random.NextBytes(bytes);
            FileBytes.Write(path, 4096, bytes);
            Ring.Inspect(path);
            Assert.False(Ring.Verify(path).IsClean);
            using MpmcRing ring = MpmcRing.Open(path);
            ring.GetInfo();
            Try(() => ring.Recover());
            Try(() => ring.AttachProducer().TryWrite("x"u8));
            Try(() => ring.AttachConsumer().TryRead(out _));
        }
    }

    private static void Scramble(MpmcStage stage, Random random)
    {
        bool isPlausible = random.Next(4) != 0;
        long* words = stage.Map.ProducerPosition;
        long consumer = random.Next(200);
        *stage.Map.ConsumerPosition = isPlausible ? consumer : random.NextInt64(long.MinValue, long.MaxValue);
        *words = isPlausible ? consumer + random.Next(-2, (int)stage.Map.GranuleCount + 2) : random.NextInt64(long.MinValue, long.MaxValue);
        *stage.Map.Attention = random.Next(2);
        for (long i = 0; i < stage.Map.GranuleCount; i++)
        {
            long position = consumer - random.Next(2) * stage.Map.GranuleCount + i;
            *stage.Map.WordAt(position) = random.Next(8) == 0
                ? random.NextInt64(long.MinValue, long.MaxValue)
                : ((long)stage.Map.LapOf(position) << 32) | ((long)random.Next(8) << 19) | ((long)random.Next(4) << 3) | (uint)random.Next(8);
            *(long*)stage.Map.RecordAt(position) = random.Next(3) == 0 ? random.NextInt64() : random.Next(60);
        }

        for (int index = 0; index < stage.Map.RowCount; index++)
        {
            MpmcRow row = stage.Map.Row(index);
            *row.IntervalStart = random.Next(5) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : consumer - random.Next(20);
            *row.IntervalEnd = random.Next(5) == 0 ? random.NextInt64(long.MinValue, long.MaxValue) : consumer + random.Next(20);
            *row.Marks = random.Next(3);
            if (*row.Owner == RowLayout.FreeOwner && random.Next(2) == 0)
                *row.Owner = random.NextInt64();
        }
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is RingCorruptException or RingCompletedException or RoleTakenException or ParticipantLimitException)
        {
            // What is promised.
        }
    }
}
