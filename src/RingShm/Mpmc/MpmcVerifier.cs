using RingShm.Layout;
using RingShm.Memory;

namespace RingShm.Mpmc;

/// <summary>
/// Checks an MPMC ring's invariants without writing: positions, every word against them, every claim and lease against the rows.
/// Every loop ends after at most one lap.
/// </summary>
internal static unsafe class MpmcVerifier
{
    private const int MostProblems = 20;

    public static RingVerification Verify(RingRegion region, in MpmcMap map)
    {
        List<string> problems = [];
        // M8, M1 acquire: as the participants read them.
        long consumerPosition = DirectMemory.LoadAcquire(map.ConsumerPosition, Edge.M8);
        // M1 acquire: as above.
        long producerPosition = DirectMemory.LoadAcquire(map.ProducerPosition, Edge.M1);
        long messages = 0;
        if (consumerPosition < 0 || producerPosition < consumerPosition || producerPosition - consumerPosition > map.GranuleCount
            || producerPosition > MpmcRecovery<DirectMemory>.MaxPosition)
        {
            problems.Add($"The positions are {consumerPosition} (consumers) and {producerPosition} (producers) in a ring of {map.GranuleCount} granules.");
        }
        else
        {
            messages = CheckWaiting(region, map, consumerPosition, producerPosition, problems)
                + CheckTaken(region, map, consumerPosition, producerPosition, problems);
        }

        CheckRows(region, map, problems);
        // M8, M1 acquire: again. A ring that moved under us proves nothing about what we saw in between.
        bool moved = DirectMemory.LoadAcquire(map.ConsumerPosition, Edge.M8) != consumerPosition
            // M1 acquire: as above.
            || DirectMemory.LoadAcquire(map.ProducerPosition, Edge.M1) != producerPosition;
        return new RingVerification(region.DisplayName, messages, moved ? [] : [.. problems.Take(MostProblems)]);
    }

    /// <summary>From the consumer position to the producer position: published messages, open claims and holes, end to end.</summary>
    private static long CheckWaiting(RingRegion region, in MpmcMap map, long start, long end, List<string> problems)
    {
        long messages = 0;
        for (long position = start; position < end;)
        {
            // M9 acquire: as a consumer reads it.
            long word = DirectMemory.LoadAcquire(map.WordAt(position), Edge.M9);
            SlotState state = MpmcWord.StateOf(word);
            int granules = MpmcWord.GranulesOf(word);
            bool isThisLap = MpmcWord.LapOf(word) == map.LapOf(position);
            if (isThisLap && state == SlotState.Free)
            {
                if (!IsInAnInterval(region, map, position, ParticipantRole.Producer))
                    problems.Add($"The granule at position {position} is claimed, and no participant can be its owner.");
                position++;
                continue;
            }

            if (!isThisLap || state is not (SlotState.Full or SlotState.Skip or SlotState.Writing)
                || granules < 1 || granules > map.MaxGranules || position + granules > end)
            {
                problems.Add(Wrong(position, word));
                return messages;
            }

            if (state == SlotState.Writing && !IsOwned(map, MpmcWord.RowOf(word)))
                problems.Add($"The claim at position {position} names row {MpmcWord.RowOf(word)}, which nobody owns.");
            for (int i = 1; i < granules; i++)
            {
                // M9 acquire: as above.
                long inner = DirectMemory.LoadAcquire(map.WordAt(position + i), Edge.M9);
                if (inner != MpmcWord.Free(map.LapOf(position + i)))
                    problems.Add(Wrong(position + i, inner));
            }

            if (state == SlotState.Full)
            {
                CheckRecord(map, position, granules, problems);
                messages++;
            }

            position += granules;
        }

        return messages;
    }

    /// <summary>The lap below the consumer position: released, leased or returned.</summary>
    private static long CheckTaken(RingRegion region, in MpmcMap map, long consumerPosition, long producerPosition, List<string> problems)
    {
        long messages = 0;
        for (long position = producerPosition - map.GranuleCount; position < consumerPosition; position++)
        {
            // M9 acquire: as a consumer reads it.
            long word = DirectMemory.LoadAcquire(map.WordAt(position), Edge.M9);
            if (position < 0)
            {
                if (word != MpmcWord.Free(map.LapOf(position + map.GranuleCount)))
                    problems.Add(Wrong(position + map.GranuleCount, word));
                continue;
            }

            uint lap = map.LapOf(position);
            SlotState state = MpmcWord.StateOf(word);
            if (word == MpmcWord.Free(lap + 1) || word == MpmcWord.Free(lap))
                continue;
            int granules = MpmcWord.GranulesOf(word);
            if (MpmcWord.LapOf(word) != lap || granules < 1 || granules > map.MaxGranules)
                problems.Add(Wrong(position, word));
            else if (state is SlotState.Full or SlotState.Skip && !IsInAnInterval(region, map, position, ParticipantRole.Consumer))
                problems.Add($"The message at position {position} was taken, and no participant can have it.");
            else if (state == SlotState.Reading && !IsOwned(map, MpmcWord.RowOf(word)))
                problems.Add($"The lease at position {position} names row {MpmcWord.RowOf(word)}, which nobody owns.");
            else if (state is not (SlotState.Full or SlotState.Skip or SlotState.Reading or SlotState.Returned))
                problems.Add(Wrong(position, word));
            messages += state is SlotState.Full or SlotState.Reading or SlotState.Returned ? 1 : 0;
        }

        return messages;
    }

    private static void CheckRecord(in MpmcMap map, long position, int granules, List<string> problems)
    {
        if (!map.HasRecordHeaders)
            return;
        int length = MpmcLayout.LengthOf(DirectMemory.Read<long>(map.RecordAt(position), Edge.M11));
        if (length < 0 || length > map.MaxMessageBytes || map.GranulesFor(length) > granules)
            problems.Add($"The record at position {position} has {length} bytes in {granules} granules.");
    }

    private static void CheckRows(RingRegion region, in MpmcMap map, List<string> problems)
    {
        for (int index = 0; index < map.RowCount; index++)
        {
            MpmcRow row = map.Row(index);
            (string Name, long Value)[] words =
            [
                ("messages written", DirectMemory.Load(row.MessagesWritten, Edge.M20)),
                ("messages read", DirectMemory.Load(row.MessagesRead, Edge.M20)),
                ("claims aborted", DirectMemory.Load(row.ClaimsAborted, Edge.M20)),
                ("messages redelivered", DirectMemory.Load(row.MessagesRedelivered, Edge.M20)),
                ("marks", DirectMemory.Load(row.Marks, Edge.M21)),
            ];
            foreach ((string name, long value) in words)
            {
                if (value < 0)
                    problems.Add($"Row {index} of '{region.DisplayName}' counts {value} {name}.");
            }
        }
    }

    private static bool IsOwned(in MpmcMap map, int row) => row < map.RowCount
        // P1 acquire: as survivors read it.
        && DirectMemory.LoadAcquire(map.Row(row).Owner, Edge.P1) != RowLayout.FreeOwner;

    private static bool IsInAnInterval(RingRegion region, in MpmcMap map, long position, ParticipantRole role)
    {
        for (int index = 0; index < region.Header.Geometry.RowCount; index++)
        {
            MpmcRow row = map.Row(index);
            // M16 acquire: as survivors read it.
            long start = DirectMemory.LoadAcquire(row.IntervalStart, Edge.M16);
            if (IsOwned(map, index) && start <= position && position < DirectMemory.Load(row.IntervalEnd, Edge.M16)
                && DirectMemory.Load(row.Role, Edge.P4) == (long)role)
                return true;
        }

        return false;
    }

    private static string Wrong(long position, long word) =>
        $"The slot word at position {position} is 0x{word:X16}, which no participant leaves there.";
}
