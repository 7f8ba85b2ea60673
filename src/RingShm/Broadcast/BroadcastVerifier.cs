using RingShm.Layout;
using RingShm.Memory;
using RingShm.Mpmc;

namespace RingShm.Broadcast;

/// <summary>
/// Checks a broadcast ring's invariants without writing: what is retained, every word from there to the writer position, every claim
/// against the rows, every reader's cursor. Every loop ends after at most one lap.
/// </summary>
internal static unsafe class BroadcastVerifier
{
    private const int MostProblems = 20;

    public static RingVerification Verify(RingRegion region, in BroadcastMap map)
    {
        List<string> problems = [];
        // B1 acquire: as the participants read them.
        long step = DirectMemory.LoadAcquire(map.RetainedStep, Edge.B1);
        long retained = DirectMemory.LoadAcquire(map.RetainedPosition(step), Edge.B1);
        // B1 acquire: as above.
        long before = DirectMemory.LoadAcquire(map.RetainedMessages(step), Edge.B1);
        // M1 acquire: as the participants read it.
        long writerPosition = DirectMemory.LoadAcquire(map.WriterPosition, Edge.M1);
        long messages = 0;
        if (retained < 0 || writerPosition < retained || writerPosition - retained > map.Slots.GranuleCount
            || writerPosition > MpmcRecovery<DirectMemory>.MaxPosition || before < 0 || before > retained)
        {
            problems.Add(
                $"The ring of {map.Slots.GranuleCount} granules retains from {retained} on, with {before} messages before, and writers are at {writerPosition}.");
        }
        else
        {
            List<long> starts = [];
            messages = CheckWords(map, retained, writerPosition, starts, problems);
            CheckCursors(map, starts, writerPosition, problems);
        }

        CheckCounters(map, problems);
        // B1 acquire, M1 acquire: again. A ring that moved under us proves nothing about what we saw in between.
        bool moved = DirectMemory.LoadAcquire(map.RetainedStep, Edge.B1) != step
            || DirectMemory.LoadAcquire(map.WriterPosition, Edge.M1) != writerPosition;
        return new RingVerification(region.DisplayName, messages, moved ? [] : [.. problems.Take(MostProblems)]);
    }

    private static long CheckWords(in BroadcastMap map, long start, long end, List<long> starts, List<string> problems)
    {
        long messages = 0;
        for (long position = start; position < end;)
        {
            starts.Add(position);
            // B8 acquire: as a reader reads it.
            long word = DirectMemory.LoadAcquire(map.Slots.WordAt(position), Edge.B8);
            int behind = (int)(map.Slots.LapOf(position) - MpmcWord.LapOf(word));
            SlotState state = MpmcWord.StateOf(word);
            int granules = MpmcWord.GranulesOf(word);
            if (behind > 0 || (behind == 0 && state == SlotState.Free))
            {
                if (!IsInAnInterval(map, position))
                    problems.Add($"The granule at position {position} is claimed, and no participant can be its owner.");
                position++;
                continue;
            }

            if (behind < 0 || state is not (SlotState.Full or SlotState.Skip or SlotState.Writing)
                || granules < 1 || granules > map.Slots.MaxGranules || position + granules > end)
            {
                problems.Add($"The slot word at position {position} is 0x{word:X16}, which no participant leaves there.");
                return messages;
            }

            if (state == SlotState.Writing && !IsOwned(map, MpmcWord.RowOf(word)))
                problems.Add($"The claim at position {position} names row {MpmcWord.RowOf(word)}, which nobody owns.");
            if (state == SlotState.Full)
            {
                messages++;
                CheckRecord(map.Slots, position, granules, problems);
            }

            position += granules;
        }

        starts.Add(end);
        return messages;
    }

    private static void CheckRecord(in MpmcMap map, long position, int granules, List<string> problems)
    {
        if (!map.HasRecordHeaders)
            return;
        int length = MpmcLayout.LengthOf(DirectMemory.Read<long>(map.RecordAt(position), Edge.B9));
        if (length < 0 || length > map.MaxMessageBytes || map.GranulesFor(length) > granules)
            problems.Add($"The record at position {position} has {length} bytes in {granules} granules.");
    }

    private static void CheckCursors(in BroadcastMap map, List<long> starts, long writerPosition, List<string> problems)
    {
        for (int index = 0; index < map.Slots.RowCount; index++)
        {
            MpmcRow row = map.Row(index);
            // B5 acquire: as writers read it.
            long cursor = DirectMemory.LoadAcquire(row.Cursor, Edge.B5);
            if (cursor == RowLayout.NoCursor)
                continue;
            long position = RowLayout.PositionOf(cursor);
            if (position < 0 || position > writerPosition)
                problems.Add($"Row {index}'s reader is at position {position}; the writers are at {writerPosition}.");
            else if (!IsOwned(map, index))
                problems.Add($"Row {index} has a reader at position {position}, and nobody owns it.");
            else if (position < starts[0] && !map.IsReadByCopy)
                problems.Add($"Row {index}'s reader is at position {position}, which may be written over; retained is what begins at {starts[0]}.");
            else if (position >= starts[0] && starts.BinarySearch(position) < 0)
                problems.Add($"Row {index}'s reader is at position {position}, where no message begins.");
        }
    }

    private static void CheckCounters(in BroadcastMap map, List<string> problems)
    {
        for (int index = 0; index < map.Slots.RowCount; index++)
        {
            MpmcRow row = map.Row(index);
            (string Name, long Value)[] words =
            [
                ("messages written", DirectMemory.Load(row.MessagesWritten, Edge.M20)),
                ("messages read", DirectMemory.Load(row.MessagesRead, Edge.M20)),
                ("messages lost", DirectMemory.Load(row.MessagesLost, Edge.M20)),
                ("claims aborted", DirectMemory.Load(row.ClaimsAborted, Edge.M20)),
                ("marks", DirectMemory.Load(row.Marks, Edge.M21)),
            ];
            foreach ((string name, long value) in words)
            {
                if (value < 0)
                    problems.Add($"Row {index} counts {value} {name}.");
            }
        }
    }

    private static bool IsOwned(in BroadcastMap map, int row) => row < map.Slots.RowCount
        // P1 acquire: as survivors read it.
        && DirectMemory.LoadAcquire(map.Row(row).Owner, Edge.P1) != RowLayout.FreeOwner;

    private static bool IsInAnInterval(in BroadcastMap map, long position)
    {
        for (int index = 0; index < map.Slots.RowCount; index++)
        {
            MpmcRow row = map.Row(index);
            // M16 acquire: as survivors read it.
            long start = DirectMemory.LoadAcquire(row.IntervalStart, Edge.M16);
            if (IsOwned(map, index) && start <= position && position < DirectMemory.Load(row.IntervalEnd, Edge.M16)
                && DirectMemory.Load(row.Role, Edge.P4) == (long)ParticipantRole.Producer)
                return true;
        }

        return false;
    }
}
