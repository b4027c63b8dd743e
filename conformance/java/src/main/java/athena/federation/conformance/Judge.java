package athena.federation.conformance;

import com.amazonaws.athena.connector.lambda.data.BlockAllocator;
import com.amazonaws.athena.connector.lambda.data.BlockAllocatorImpl;
import com.amazonaws.athena.connector.lambda.domain.TableName;
import com.amazonaws.athena.connector.lambda.domain.predicate.Constraints;
import com.amazonaws.athena.connector.lambda.domain.predicate.ConstraintEvaluator;
import com.amazonaws.athena.connector.lambda.domain.predicate.AllOrNoneValueSet;
import com.amazonaws.athena.connector.lambda.domain.predicate.EquatableValueSet;
import com.amazonaws.athena.connector.lambda.domain.predicate.Range;
import com.amazonaws.athena.connector.lambda.domain.predicate.SortedRangeSet;
import com.amazonaws.athena.connector.lambda.domain.predicate.ValueSet;
import com.amazonaws.athena.connector.lambda.metadata.GetTableResponse;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/** Whether a connector filters as the SDK's own evaluator does: random constraints over the values that a table holds. */
final class Judge {
    private final Random random;
    private final BlockAllocator allocator;
    private final Schema schema;
    private final JsonNode held;

    private Judge(Random random, BlockAllocator allocator, Schema schema, JsonNode held) {
        this.random = random;
        this.allocator = allocator;
        this.schema = schema;
        this.held = held;
    }

    /** {"url", "schema", "table", "columns", "seed", "count"} to {"wrong": [{"constraints", "expected", "found"}], "kept"}. */
    static JsonNode filtering(JsonNode command) throws Exception {
        ObjectNode answer = Main.JSON.createObjectNode();
        ArrayNode wrong = answer.putArray("wrong");
        int kept = 0;
        for (int n = 0; n < command.get("count").asInt(); n++) {
            try (BlockAllocator allocator = new BlockAllocatorImpl()) {
                Athena athena = new Athena(command, allocator);
                ObjectNode noted = Main.JSON.createObjectNode();
                athena.agree(noted);
                GetTableResponse table = athena.describe(new TableName(command.get("schema").asText(), command.get("table").asText()));
                ArrayNode held = athena.rows(table, constraints(Map.of()), noted);
                Judge judge = new Judge(new Random(command.get("seed").asLong() * 1_000_003 + n), allocator, athena.projection(table.getSchema()), held);
                Constraints constraints = constraints(judge.summary());
                ArrayNode expected = judge.expected(constraints);
                ArrayNode found = athena.rows(table, constraints, noted);
                kept += expected.size();
                if (!expected.equals(found)) {
                    wrong.addObject().put("constraints", constraints.toString()).put("expected", expected.size()).put("found", found.size());
                }
            }
        }
        return answer.put("kept", kept);
    }

    private static Constraints constraints(Map<String, ValueSet> summary) {
        return new Constraints(summary, List.of(), List.of(), Constraints.DEFAULT_NO_LIMIT, Map.of(), null);
    }

    private ArrayNode expected(Constraints constraints) throws Exception {
        ArrayNode rows = Main.JSON.createArrayNode();
        try (ConstraintEvaluator evaluator = new ConstraintEvaluator(allocator, schema, constraints)) {
            for (JsonNode row : held) {
                boolean passes = true;
                for (int column = 0; column < row.size(); column++) {
                    Field field = schema.getFields().get(column);
                    passes &= evaluator.apply(field.getName(), Values.one(field.getType(), row.get(column)));
                }
                if (passes) {
                    rows.add(row);
                }
            }
        }
        return rows;
    }

    private Map<String, ValueSet> summary() {
        Map<String, ValueSet> summary = new HashMap<>();
        for (int n = 1 + random.nextInt(2); n > 0; n--) {
            int column = random.nextInt(schema.getFields().size());
            summary.put(schema.getFields().get(column).getName(), valueSet(column));
        }
        return summary;
    }

    private ValueSet valueSet(int column) {
        ArrowType type = schema.getFields().get(column).getType();
        boolean nullAllowed = random.nextBoolean();
        ValueSet made =
                switch (random.nextInt(8)) {
                    case 0 -> new AllOrNoneValueSet(type, random.nextBoolean(), true); // without NULL it could not be told
                    case 1 -> {
                        EquatableValueSet.Builder values = EquatableValueSet.newBuilder(allocator, type, random.nextBoolean(), nullAllowed);
                        values.add(value(column));
                        yield values.build();
                    }
                    default -> {
                        SortedRangeSet.Builder ranges = SortedRangeSet.newBuilder(type, nullAllowed);
                        for (int n = random.nextInt(4); n > 0; n--) {
                            ranges.add(range(type, column));
                        }
                        yield ranges.build();
                    }
                };
        return made instanceof SortedRangeSet && random.nextInt(3) == 0 ? made.complement(allocator) : made;
    }

    private Range range(ArrowType type, int column) {
        Object value = value(column);
        return switch (random.nextInt(5)) {
            case 0 -> Range.greaterThan(allocator, type, value);
            case 1 -> Range.greaterThanOrEqual(allocator, type, value);
            case 2 -> Range.lessThan(allocator, type, value);
            case 3 -> Range.lessThanOrEqual(allocator, type, value);
            default -> Range.equal(allocator, type, value);
        };
    }

    /** A value that the column holds; no zero of a float, which has two to Java and one to SQL. */
    private Object value(int column) {
        Field field = schema.getFields().get(column);
        while (true) {
            Object value = Values.one(field.getType(), held.get(random.nextInt(held.size())).get(column));
            boolean zero = field.getType() instanceof ArrowType.FloatingPoint && value instanceof Number number && number.doubleValue() == 0;
            if (value != null && !zero) {
                return value;
            }
        }
    }
}
